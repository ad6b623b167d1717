// What EventStore relies on in every store that it reads: the same answers, whichever store it is.
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CanonicalEvent } from '../event/schema.ts';
import type { PageKey, StoredLine } from '../sdk/index.ts';
import {
  NS_PER_SECOND,
  START_SECONDS,
  filters,
  matches,
  newestFirst,
  timestampOf,
  toEvent,
  traits,
} from './event-reader-model.ts';
import { exampleEvent } from './fakes.ts';
import { attackTenants } from './event-reader-attacks.ts';
import { EVERYTHING, readAll, type ReadableStore } from './readable-store.ts';

const eventIds = (lines: readonly StoredLine[]): string[] => lines.map(({ eventId }) => eventId);

export const eventReaderSuite = (name: string, open: () => Promise<ReadableStore>): void => {
  describe(`${name} as a reader`, () => {
    let store: ReadableStore;
    let tenants = 0;
    const newTenant = (): string => `tenant-${++tenants}`;

    beforeAll(async () => {
      store = await open();
    });
    afterAll(() => store.close());

    test('answers every filter as a plain list would, in order, without loss or repeat over any page size', async () => {
      const scenario = fc.tuple(
        fc.array(traits, { minLength: 1, maxLength: 40 }),
        fc.array(filters, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 7 }),
      );
      await fc.assert(
        fc.asyncProperty(scenario, async ([all, questions, limit]) => {
          const tenant = newTenant();
          const events = all.map((own) => ({ own, event: toEvent(tenant, own) }));
          await store.write(events.map(({ event }) => event));
          for (const filter of [EVERYTHING, ...questions]) {
            const expected = events
              .filter(({ own }) => matches(own, filter))
              .map(({ own, event }) => ({ ns: own.ns, id: event.eventId }))
              .toSorted(newestFirst);
            const found = await readAll(store.reader, tenant, filter, limit);
            expect(found.map(({ timestampNs, eventId }) => ({ ns: timestampNs, id: eventId }))).toEqual(expected);
          }
        }),
        { numRuns: 40 },
      );
    });

    test('a page says whether there is more, and asks for nothing beyond its limit', async () => {
      const tenant = newTenant();
      await store.write(Array.from({ length: 3 }, () => exampleEvent({ tenantId: tenant, eventId: randomUUID() })));
      const sizes = await Promise.all(
        [1, 2, 3, 4].map(async (limit) => {
          const { lines, more } = await store.reader.query(tenant, EVERYTHING, { limit });
          return [lines.length, more];
        }),
      );
      expect(sizes).toEqual([[1, true], [2, true], [3, false], [3, false]]); // prettier-ignore
    });

    test('events that come while pages are read move nothing that was already passed', async () => {
      const tenant = newTenant();
      const at = (second: number): CanonicalEvent =>
        exampleEvent({
          tenantId: tenant,
          eventId: randomUUID(),
          timestamp: timestampOf((START_SECONDS + BigInt(second)) * NS_PER_SECOND),
        });
      const first = [at(1), at(2), at(3), at(4)];
      await store.write(first);
      const page = await store.reader.query(tenant, EVERYTHING, { limit: 2 });
      await store.write([at(5), at(6)]);
      const rest = await store.reader.query(tenant, EVERYTHING, { limit: 10, after: page.lines.at(-1)! });
      expect(eventIds([...page.lines, ...rest.lines])).toEqual(first.map(({ eventId }) => eventId).toReversed());
    });

    test.each([
      ['nanoseconds apart', '2026-11-23T10:00:00.000000001Z', '2026-11-23T10:00:00.000000002Z'],
      ['with and without a fraction', '2026-11-23T10:00:00Z', '2026-11-23T10:00:00.000000001Z'],
      ['fractions of other lengths', '2026-11-23T10:00:00.1Z', '2026-11-23T10:00:00.100000001Z'],
      ['before 1970', '1969-12-31T23:59:59.999999998Z', '1969-12-31T23:59:59.999999999Z'],
      ['around 1970', '1969-12-31T23:59:59.999999999Z', '1970-01-01T00:00:00Z'],
    ])('orders instants %s', async (_, earlier, later) => {
      const tenant = newTenant();
      const [older, newer] = [earlier, later].map((timestamp) =>
        exampleEvent({ tenantId: tenant, eventId: randomUUID(), timestamp }),
      );
      await store.write([newer!, older!]);
      expect(eventIds(await readAll(store.reader, tenant, EVERYTHING))).toEqual([newer!.eventId, older!.eventId]);
    });

    test('since is inclusive and until exclusive, to the nanosecond', async () => {
      const tenant = newTenant();
      const events = [0n, 1n, 2n].map((ns) =>
        exampleEvent({
          tenantId: tenant,
          eventId: randomUUID(),
          timestamp: timestampOf(START_SECONDS * NS_PER_SECOND + ns),
        }),
      );
      await store.write(events);
      const at = (ns: bigint): bigint => START_SECONDS * NS_PER_SECOND + ns;
      const found = await readAll(store.reader, tenant, { sinceNs: at(1n), untilNs: at(2n) });
      expect(eventIds(found)).toEqual([events[1]!.eventId]);
      expect(await readAll(store.reader, tenant, { sinceNs: -(2n ** 80n), untilNs: 2n ** 80n })).toHaveLength(3);
    });

    test.each<[string, Partial<CanonicalEvent>]>([
      ['integers beyond 2^53', { data: { id: rawJson('9007199254740993'), neg: rawJson('-123456789012345678901') } }],
      ['NUL', { description: 'a\0b', actor: { id: 'u\0', type: 'user' }, data: { 'k\0': '\0' } }],
      [
        'odd Unicode',
        { description: '\u{1F9D1}\u200D\u{1F680} e\u0301 \u202E\uFEFF\u2028\uFFFF', data: { '\u{10FFFF}': '\u0085' } },
      ],
      ['quotes and SQL', { actor: { id: `'"; DROP TABLE events; --`, type: 'user' }, data: { '"': "'" } }],
      ['unknown fields', { future: { deep: [1, { x: null }] } }],
      ['an own field linkedBy', { linkedBy: 1 }],
    ])('gives back byte by byte what was sealed: %s', async (_, own) => {
      const event = exampleEvent({ tenantId: newTenant(), eventId: randomUUID(), ...own });
      await store.write([event]);
      const found = await store.reader.event(event.tenantId, event.eventId);
      expect(found?.line).toBe(JSON.stringify(event));
      const byActor = await store.reader.query(event.tenantId, { actor: event.actor!.id }, { limit: 5 });
      expect(eventIds(byActor.lines)).toEqual([event.eventId]);
    });

    describe('text', () => {
      const tenant = 'text-tenant';
      const event = exampleEvent({
        tenantId: tenant,
        eventId: randomUUID(),
        action: 'order_failed',
        description: 'Card was DECLINED at Café “Zürich”, naïvely',
        actor: { id: 'u-42', type: 'user', name: 'Ada Lovelace' },
        object: { type: 'order', id: 'o-1001', name: 'Spring order' },
        service: { name: 'checkout-api' },
        error: { class: 'database', retriable: false, message: 'deadlock detected' },
        data: { note: 'fragile', nested: { list: ['alpha', { leaf: 'beta' }] }, count: 77 },
        attributes: { 'http.route': '/pay', tags: ['gamma'] },
      });
      const neighbour = exampleEvent({
        tenantId: 'text-neighbour',
        eventId: randomUUID(),
        description: 'fragile zebra',
      });
      beforeAll(() => store.write([event, neighbour]));

      test.each([
        'declined', 'DECLINED', 'cafe', 'CAFÉ', 'zurich', 'Zürich', 'naively', 'ada', 'lovelace', 'spring', 'checkout',
        'deadlock detected', 'detected deadlock', 'order_failed', 'failed', 'o-1001', '1001', 'fragile', 'alpha', 'beta',
        'gamma', 'pay', 'beta  alpha\tfragile', '"alpha"', 'alpha"', 'alpha*', '(alpha)', 'alpha:beta', '-alpha', '^alpha',
      ])('finds %j', async (text) => {
        expect(eventIds(await readAll(store.reader, tenant, { text }))).toEqual([event.eventId]);
      }); // prettier-ignore

      test.each([
        'declined zebra', 'zebra', 'alph', 'alpha OR zebra', 'alpha NOT beta', 'NEAR(alpha beta)', 'alpha AND zebra',
        'words:alpha', 'leaf', '77', '!!!', '"', '*', '', '\0', "'; DROP TABLE events; --",
      ])('does not find %j', async (text) => {
        expect(await readAll(store.reader, tenant, { text })).toEqual([]);
      }); // prettier-ignore
    });

    attackTenants(() => store);

    test('finds the events whose links name a correlation, each once, by page', async () => {
      const tenant = newTenant();
      const linking = (...links: { correlationId: string; type?: string }[]): CanonicalEvent =>
        exampleEvent({
          tenantId: tenant,
          eventId: randomUUID(),
          correlation: { correlationId: 'c-own', method: 'explicit', confidence: 1, links },
        });
      const named = [
        linking({ correlationId: 'target', type: 'orderId' }),
        linking({ correlationId: 'elsewhere' }, { correlationId: 'target' }),
        linking({ correlationId: 'target', type: 'orderId' }, { correlationId: 'target', type: 'cartId' }),
      ];
      await store.write([...named, linking({ correlationId: 'elsewhere' }), linking()]);
      const first = await store.reader.linkedTo(tenant, 'target', { limit: 2 });
      const rest = await store.reader.linkedTo(tenant, 'target', { limit: 2, after: first.lines.at(-1)! });
      expect([first.more, rest.more]).toEqual([true, false]);
      const found = [...first.lines, ...rest.lines];
      expect(eventIds(found).toSorted()).toEqual(named.map(({ eventId }) => eventId).toSorted());
      expect(found.find(({ eventId }) => eventId === named[0]!.eventId)?.linkType).toBe('orderId');
      expect(found.find(({ eventId }) => eventId === named[1]!.eventId)).not.toHaveProperty('linkType');
    });

    describe('business keys', () => {
      const tenant = 'keys-tenant';
      const carrying = (second: number, own: Partial<CanonicalEvent['correlation']>, more: Partial<CanonicalEvent> = {}) =>
        exampleEvent({
          tenantId: tenant,
          eventId: randomUUID(),
          timestamp: timestampOf((START_SECONDS + BigInt(second)) * NS_PER_SECOND),
          correlation: { correlationId: `c-${second}`, method: 'explicit', confidence: 1, ...own },
          ...more,
        }); // prettier-ignore
      const odd = `it's "odd": {}\u0000 é`;
      const events = [
        carrying(1, { businessKeys: { itemId: 'i-1' } }),
        carrying(2, { businessKeys: { orderId: 'i-1', packageId: 'p-1' } }),
        carrying(3, { method: 'secondary_key', businessKeys: { itemId: 'i-1', packageId: 'p-1' } }),
        carrying(4, { businessKeys: { itemId: 'i-1', 'own.key': odd }, sessionId: 's-1' }),
        carrying(5, {}, { actor: { id: 'u', type: 'user', sessionId: 's-1' } }),
        carrying(6, { sessionId: 's-2' }, { actor: { id: 'u', type: 'user', sessionId: 's-1' } }),
        carrying(7, { businessKeys: { sessionId: 's-1' } }),
      ];
      beforeAll(() => store.write(events));

      test.each([
        ['itemId', 'i-1', [4, 3, 1]],
        ['packageId', 'p-1', [3, 2]],
        ['orderId', 'i-1', [2]],
        ['own.key', odd, [4]],
        ['sessionId', 's-1', [7, 5, 4]],
        ['sessionId', 's-2', [6]],
        ['itemId', 'I-1', []],
        ['itemId', '%', []],
        ['item_id', 'i-1', []],
        ["itemId' OR '1'='1", 'i-1', []],
      ])('%s %j is carried by the events %j, by page', async (type, value, expected) => {
        const key = { type, value };
        const seconds: number[] = [];
        for (let after: PageKey | undefined, more = true; more;) {
          const page = await store.reader.carrying(tenant, key, { limit: 2, ...(after !== undefined && { after }) });
          seconds.push(...page.lines.map(({ timestampNs }) => Number(timestampNs / NS_PER_SECOND - START_SECONDS)));
          [after, more] = [page.lines.at(-1), page.more];
        }
        expect(seconds).toEqual(expected);
        expect(await store.reader.countCarrying(tenant, key, 100)).toBe(expected.length);
      });

      test('are counted no further than asked', async () => {
        expect(await store.reader.countCarrying(tenant, { type: 'itemId', value: 'i-1' }, 2)).toBe(2);
      });
    });

    test('what is not there is undefined, or empty', async () => {
      expect(await store.reader.event('nobody', randomUUID())).toBeUndefined();
      expect(await store.reader.query('nobody', EVERYTHING, { limit: 10 })).toEqual({ lines: [], more: false });
      expect(await store.reader.linkedTo('nobody', 'c', { limit: 10 })).toEqual({ lines: [], more: false });
      const key = { type: 'itemId', value: 'i' };
      expect(await store.reader.carrying('nobody', key, { limit: 10 })).toEqual({ lines: [], more: false });
      expect(await store.reader.countCarrying('nobody', key, 10)).toBe(0);
    });
  });
};

/** In Node 24, not yet in TypeScript's library. */
const rawJson = (digits: string): unknown => (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(digits);
