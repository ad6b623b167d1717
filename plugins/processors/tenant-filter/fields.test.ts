import { describe, expect, test } from 'vitest';
import type { CanonicalEvent } from '../../../src/event/schema.ts';
import { type BatchOrigin, EventBatch, type ProcessorPlugin, type RawSlot } from '../../../src/sdk/index.ts';
import { of as batchesOf } from '../../../src/sdk/rx.ts';
import { exampleEvent } from '../../../src/testkit/index.ts';
import plugin from './plugin.ts';

const EVENT = exampleEvent({
  actor: { id: 'u-1', type: 'user', email: 'a@b.example', name: 'Ada' },
  changes: [
    { path: '/a', before: 1, after: 2 },
    { path: '/b', after: 3 },
  ],
  data: { customer: { 'a/b': 1, name: 'Ada' }, items: [{ sku: 1, price: 2 }, { sku: 3 }], list: [1, 2, 3] },
  attributes: { tier: 'gold', 'http.route': '/pay' },
});

const run = (fields: unknown, event = structuredClone(EVENT), canonical = false): CanonicalEvent => {
  const processor = (plugin as ProcessorPlugin).create(plugin.config.parse({ fields }), {} as never);
  const origin = { tenant: event.tenantId, receiver: 'http', pipeline: 'main' } as BatchOrigin;
  const raw = (canonical ? { canonical } : {}) as RawSlot as never;
  let result: EventBatch | undefined;
  batchesOf(new EventBatch(origin, [{ slot: 0, raw, event }]))
    .pipe(processor)
    .subscribe((batch) => (result = batch));
  return result!.items[0]!.event!;
};
const drop = (...paths: string[]) => [{ name: 'no', drop: paths }];
const dropped = ({ processing }: CanonicalEvent) =>
  (processing.redactions ?? []).map(({ path, rule, method }) => `${path} ${rule} ${method}`);

describe('drops and notes', () => {
  test.each<[string, string[], Partial<CanonicalEvent>]>([
    ['data', ['/data'], { data: undefined }],
    ['actor.email', ['/actor/email'], { actor: { id: 'u-1', type: 'user', name: 'Ada' } }],
    ['data.customer.a/b', ['/data/customer/a~1b'], { data: { ...EVENT.data, customer: { name: 'Ada' } } }],
    ['changes.*.before', ['/changes/0/before'], { changes: [{ path: '/a', after: 2 }, EVENT.changes![1]!] }],
    ['data.items.*.price', ['/data/items/0/price'], { data: { ...EVENT.data, items: [{ sku: 1 }, { sku: 3 }] } }],
    ['data.list.*', ['/data/list/2', '/data/list/1', '/data/list/0'], { data: { ...EVENT.data, list: [] } }],
    ['attributes.tier', ['/attributes/tier'], { attributes: { 'http.route': '/pay' } }],
    ['data.nothing.here', [], {}],
    ['data.toString', [], {}],
    ['outcomeReason', [], {}],
  ])('%s', (path, noted, changed) => {
    const event = run(drop(path));
    expect(dropped(event)).toEqual(noted.map((one) => `${one} tenant_filter.no drop`));
    const { processing: _, ...rest } = event;
    const { processing: __, ...expected } = { ...EVENT, ...changed };
    expect(JSON.parse(JSON.stringify(rest))).toEqual(JSON.parse(JSON.stringify(expected)));
  });
});

test('where its conditions hold only; several policies add up', () => {
  const fields = [
    { name: 'other', when: { tenant: 'globex' }, drop: ['data'] },
    { name: 'mine', when: { tenant: EVENT.tenantId, category: EVENT.category }, drop: ['actor.email'] },
    { name: 'all', drop: ['changes'] },
  ];
  expect(dropped(run(fields))).toEqual(['/actor/email tenant_filter.mine drop', '/changes tenant_filter.all drop']);
});

test('what another collector has sealed stays as it is', () => {
  expect(run(drop('data'), structuredClone(EVENT), true)).toEqual(EVENT);
});

test.each([
  'tenantId', 'eventId', 'correlation', 'correlation.traceId', 'processing', 'integrity.contentHash', 'source', 'outcome',
  'severity', 'timestamp', 'category', 'actor', 'actor.id', 'actor.type', 'actor.*', 'object', 'object.id', 'service',
  'service.name', 'error.class', 'security', 'security.decision', 'security.violation', 'security.violation.type',
  'deployment.id', 'evidence', 'objects.*', 'objects.*.id', 'objects.0.name', 'changes.*.path', 'description.x', '', '.',
  'data.', 'data..x', '*', '*.email', 'data.x*', 'unknown',
])('%j must stay, or is no path: the configuration is refused', (path) => {
  expect(plugin.config.safeParse({ fields: drop(path) }).success).toBe(false);
}); // prettier-ignore

test.each([[[]], [[{ name: 'x', drop: [] }]], [[{ name: 'X', drop: ['data'] }]], [[{ drop: ['data'] }]]])(
  'the fields %j are refused',
  (fields) => {
    expect(plugin.config.safeParse({ fields }).success).toBe(fields.length === 0);
  },
);
