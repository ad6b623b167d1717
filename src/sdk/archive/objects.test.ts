import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exampleEvent, exampleEvents, storedBatch } from '../../testkit/index.ts';
import { toArchiveObjects } from './objects.ts';

const keysOf = (...events: Parameters<typeof storedBatch>[0]): string[] =>
  toArchiveObjects(storedBatch(events)).objects.map(({ key }) => key);

test('the key tells tenant, category and the hour of receipt in UTC, the first receipt, the count and the hash', () => {
  const [key] = keysOf(
    exampleEvent({ receivedAt: '2026-11-23T23:59:59.999999999Z', timestamp: '2020-01-01T00:00:00Z' }),
    exampleEvent({ receivedAt: '2026-11-23T23:00:00.000000001Z' }),
  );
  expect(key).toMatch(
    /^v1\/tenant=acme\/category=business\/date=2026-11-23\/hour=23\/1795474800000000001-2-[0-9a-f]{16}\.ndjson$/,
  );
});

test('an hour, a category and a tenant each begin an object of their own', () => {
  const keys = keysOf(
    exampleEvent({ receivedAt: '2026-11-23T23:59:59.999Z' }),
    exampleEvent({ receivedAt: '2026-11-24T00:00:00Z' }),
    exampleEvent({ category: 'security' }),
    exampleEvent({ tenantId: 'globex' }),
  );
  expect(keys.map((key) => key.split('/').slice(1, 5).join(' '))).toEqual([
    'tenant=acme category=business date=2026-11-23 hour=23',
    'tenant=acme category=business date=2026-11-24 hour=00',
    'tenant=acme category=security date=2026-11-23 hour=10',
    'tenant=globex category=business date=2026-11-23 hour=10',
  ]);
});

test.each(['a..', 'a.b', 'a:b', 'A-1', 'x'.repeat(128)])('the tenant %s stays in its own folder', (tenantId) => {
  const [key] = keysOf(exampleEvent({ tenantId }));
  expect(key!.split('/')).toHaveLength(6);
  expect(key).toContain(`/tenant=${tenantId}/`);
});

test.each(['.', '..', '../../etc', 'a/b', '', 'a\0b', 'a\nb'])(
  'a tenant that is no name of one is refused: %j',
  (tenantId) => {
    const { objects, refused } = toArchiveObjects(storedBatch([exampleEvent(), exampleEvent({ tenantId })]));
    expect(refused).toEqual([1]);
    expect(objects.map(({ positions }) => positions)).toEqual([[0]]);
  },
);

test('the hash is over the uncompressed lines: another event, another name', () => {
  expect(keysOf(exampleEvent({ data: { total: 1 } }))).not.toEqual(keysOf(exampleEvent({ data: { total: 2 } })));
});

const shape = fc.record({
  tenantId: fc.constantFrom('acme', 'globex', 'initech'),
  category: fc.constantFrom('business' as const, 'security' as const),
  receivedAt: fc.constantFrom('2026-11-23T10:59:59Z', '2026-11-23T11:00:00Z', '2026-11-23T11:00:00.5Z'),
});

test('each line is in exactly one object, whole, in the order of the batch; the same batch gives the same objects', () => {
  fc.assert(
    fc.property(fc.array(shape, { minLength: 1, maxLength: 40 }), (shapes) => {
      const events = exampleEvents(shapes.length, (i) => shapes[i]!);
      const { objects, refused } = toArchiveObjects(storedBatch(events));
      expect(refused).toEqual([]);
      expect(objects.flatMap(({ positions }) => positions).toSorted((a, b) => a - b)).toEqual(events.map((_, i) => i));
      for (const { lines, positions, key } of objects) {
        const expected = positions.map((i) => `${JSON.stringify(events[i])}\n`).join('');
        expect(Buffer.from(lines).toString()).toBe(expected);
        expect(positions).toEqual(positions.toSorted((a, b) => a - b));
        expect(new Set(positions.map((i) => events[i]!.tenantId))).toEqual(new Set([/tenant=([^/]+)/.exec(key)![1]]));
      }
      expect(toArchiveObjects(storedBatch(events))).toEqual({ objects, refused });
    }),
  );
});
