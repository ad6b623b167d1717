import { describe, expect, test } from 'vitest';
import type { CanonicalEvent } from '../../../src/event/schema.ts';
import { type BatchOrigin, EventBatch, type ProcessorPlugin, type RawSlot } from '../../../src/sdk/index.ts';
import { of as batchesOf } from '../../../src/sdk/rx.ts';
import plugin from './plugin.ts';

const event = (part: Record<string, unknown> = {}): CanonicalEvent =>
  ({ tenantId: 'acme', category: 'system', action: 'x.debug.step', attributes: { tier: 'gold' }, ...part }) as never;

const filter = (config: unknown, ...events: readonly CanonicalEvent[]) => {
  const processor = (plugin as ProcessorPlugin).create(plugin.config.parse(config), {} as never);
  const origin = { tenant: 'acme', receiver: 'http', pipeline: 'main' } as BatchOrigin;
  const items = events.map((each, slot) => ({ slot, raw: {} as RawSlot as never, event: each }));
  let result: EventBatch | undefined;
  batchesOf(new EventBatch(origin, items))
    .pipe(processor)
    .subscribe((batch) => (result = batch));
  return events.map((_, slot) => result?.settled.get(slot) ?? 'kept');
};

const dropWhen = (when: unknown) => ({ rules: [{ name: 'no', when, then: 'drop' }] });
const DROPPED = { status: 'filtered', reason: 'no' };

describe('a rule', () => {
  test.each([
    [{ tenant: 'acme' }, true],
    [{ tenant: ['other', 'acme'] }, true],
    [{ tenant: 'acm' }, false],
    [{ category: 'system' }, true],
    [{ category: ['business', 'delivery'] }, false],
    [{ action: 'x.debug.step' }, true],
    [{ action: 'x.debug' }, false],
    [{ action: 'x.debug.*' }, true],
    [{ action: 'x.deb*' }, true],
    [{ action: ['y.*', '*'] }, true],
    [{ environment: 'staging' }, false],
    [{ attribute: { tier: 'gold' } }, true],
    [{ attribute: { tier: ['silver', 'gold'] } }, true],
    [{ attribute: { tier: 'gold', region: 'eu' } }, false],
    [{ attribute: { toString: 'x' } }, false],
    [{ category: 'system', action: 'y.*' }, false],
    [{ category: 'system', tenant: 'acme', action: 'x.*' }, true],
  ])('with the condition %j matches: %s', (when, matches) => {
    expect(filter(dropWhen(when), event())).toEqual([matches ? DROPPED : 'kept']);
  });

  test('compares numbers, booleans and elements of lists exactly', () => {
    const config = dropWhen({ attribute: { v: [1, true, 'a'] } });
    const of = (v: unknown) => event({ attributes: { v } });
    expect(filter(config, of(1), of(true), of('a'), of(['b', 'a']), of('1'), of(null))).toEqual([
      ...[DROPPED, DROPPED, DROPPED, DROPPED],
      ...['kept', 'kept'],
    ]);
  });
});

test('the first rule that matches decides, the default decides for the rest', () => {
  const config = {
    rules: [
      { name: 'keep_gold', when: { attribute: { tier: 'gold' } }, then: 'keep' },
      { name: 'refuse_staging', when: { environment: 'staging' }, then: 'reject' },
      { name: 'never', when: { tenant: 'acme' }, then: 'keep' },
    ],
    default: 'drop',
  };
  const rest = { tenantId: 'acme', attributes: {}, service: { name: 's', environment: 'staging' } };
  expect(filter(config, event(), event(rest))).toEqual([
    'kept',
    {
      status: 'rejected',
      errors: [{ code: 'TENANT_POLICY', path: '', message: 'is refused by the policy refuse_staging' }],
    },
  ]);
  expect(filter({ default: 'drop' }, event())).toEqual([{ status: 'filtered', reason: 'default' }]);
  expect(filter({}, event())).toEqual(['kept']);
});

test("an event of another tenant than its credential's is refused before any rule, without naming it", () => {
  const keepAll = { rules: [{ name: 'all', when: { action: '*' }, then: 'keep' }] };
  const [outcome] = filter(keepAll, event({ tenantId: 'victim' }));
  expect(outcome).toEqual({
    status: 'rejected',
    errors: [{ code: 'TENANT_MISMATCH', path: '/tenantId', message: 'is not the tenant of the credential' }],
  });
});

test.each([
  [{ rules: [{ name: 'x', when: {}, then: 'drop' }] }],
  [{ rules: [{ name: 'With Space', when: { tenant: 'a' }, then: 'drop' }] }],
  [{ rules: [{ name: 'x', when: { action: 'A*b' }, then: 'drop' }] }],
  [{ rules: [{ name: 'x', when: { category: 'sytem' }, then: 'drop' }] }],
  [{ rules: [{ name: 'x', when: { tenant: 'a' }, then: 'delete' }] }],
  [{ default: 'reject' }],
])('the configuration %j is refused', (config) => {
  expect(plugin.config.safeParse(config).success).toBe(false);
});
