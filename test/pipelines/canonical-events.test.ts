// A canonical event of another collector passes every processor as it is: nothing is derived, moved or masked twice.
import { expect, test } from 'vitest';
import { plugins } from '../../plugins/index.ts';
import { EventBatch, type ProcessorPlugin } from '../../src/sdk/index.ts';
import { of } from '../../src/sdk/rx.ts';
import { componentContext, exampleEvent } from '../../src/testkit/index.ts';

const NAMES = ['validate', 'normalize', 'correlate', 'redact', 'tenant_filter'];
const byName = (name: string): ProcessorPlugin =>
  plugins.filter((plugin) => plugin.kind === 'processor').find(({ type }) => type === name)!;

const receivedAt = { seconds: 1_795_428_001, nanos: 0 };
// Each part is one that a processor would change if the event were new to it.
const event = exampleEvent({
  correlation: { correlationId: 'by-a-key-that-is-masked-now', method: 'business_key', confidence: 0.9 },
  data: { orderId: 'o-1', contact: 'someone@shop.example', password: 'kept by a rule of the gateway' },
  // Registered with the gateway alone.
  action: 'invoice_sent',
  outcome: 'unknown',
});

test.each([NAMES, ['normalize']].map((names) => ({ names })))('$names', ({ names }) => {
  const raw = {
    content: structuredClone(event) as unknown as Readonly<Record<string, unknown>>,
    canonical: true as const,
    source: { kind: 'nats' as const, receiver: 'nats' },
    eventId: event.eventId,
    receivedAt,
    rawSize: 300,
  };
  const origin = { tenant: 'acme', receiver: 'nats', pipeline: 'events', receivedAt };
  const batch = new EventBatch(origin, [{ slot: 0, raw }]);
  const processors = names.map((name) => {
    const plugin = byName(name);
    return plugin.create(plugin.config.parse({}), componentContext({ id: name }));
  });
  const passed: EventBatch[] = [];
  processors.reduce((batches, processor) => batches.pipe(processor), of(batch)).subscribe((one) => passed.push(one));
  expect([...batch.settled]).toEqual([]);
  expect(passed.map(({ items }) => items.map((item) => JSON.stringify(item.event)))).toEqual([[JSON.stringify(event)]]);
});

test("another tenant's is refused by tenant_filter", () => {
  const plugin = byName('tenant_filter');
  const origin = { tenant: 'globex', receiver: 'nats', pipeline: 'events', receivedAt };
  const raw = {
    content: {},
    canonical: true as const,
    source: { kind: 'nats' as const, receiver: 'nats' },
    receivedAt,
    rawSize: 1,
  };
  const batch = new EventBatch(origin, [{ slot: 0, raw, event: structuredClone(event) }]);
  of(batch)
    .pipe(plugin.create(plugin.config.parse({}), componentContext()))
    .subscribe();
  expect(batch.settled.get(0)).toMatchObject({ status: 'rejected', errors: [{ code: 'TENANT_MISMATCH' }] });
});
