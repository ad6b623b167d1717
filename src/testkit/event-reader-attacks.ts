// Attempts of one tenant to see another one's events, in every store that EventStore reads.
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { CanonicalEvent } from '../event/schema.ts';
import { isCursorRefused } from '../sdk/index.ts';
import type { EventFilter } from '../sdk/index.ts';
import { createEventStore } from '../store/event-store.ts';
import { TRACES, filters, instants, optional } from './event-reader-model.ts';
import { EVERYTHING, readAll, type ReadableStore } from './readable-store.ts';
import { exampleEvent, fakeKeyRing } from './fakes.ts';

/** `opened` is asked once the suite has opened the store. */
export const attackTenants = (opened: () => ReadableStore): void => {
  describe('tenants', () => {
    const [mine, other] = ['isolation-a', 'isolation-b'];
    const sharedIds = Array.from({ length: 20 }, () => randomUUID());
    const eventsOf = (tenantId: string, canary: string): CanonicalEvent[] =>
      sharedIds.map((eventId, i) =>
        exampleEvent({
          tenantId,
          eventId,
          description: canary,
          correlation: {
            correlationId: `c-${i % 3}`,
            method: 'explicit',
            confidence: 1,
            traceId: TRACES[0],
            links: [{ correlationId: 'c-linked' }],
            businessKeys: { itemId: 'i-shared' },
            sessionId: 's-shared',
          },
        }),
      );
    beforeAll(() => opened().write([...eventsOf(mine, 'canarymine'), ...eventsOf(other, 'canaryother')]));

    test('the same ids live apart', async () => {
      for (const eventId of sharedIds) {
        expect((await opened().reader.event(mine, eventId))?.line).toContain('canarymine');
        expect((await opened().reader.event(other, eventId))?.line).toContain('canaryother');
      }
      expect(await readAll(opened().reader, mine, EVERYTHING)).toHaveLength(sharedIds.length);
    });

    // With the cursors below, 10,000 attempts a store.
    test('7,500 random questions bring nothing of the other tenant', async () => {
      const guesses = fc.record({
        tenant: fc.constantFrom(mine, `${mine} `, `${mine}' OR '1'='1`, mine.toUpperCase(), '%', '', `${mine}\0`),
        id: fc.constantFrom(...sharedIds, '%', "' OR 1=1 --", TRACES[0]!),
        filter: filters,
        text: fc.constantFrom(undefined, 'canaryother', 'canarymine', 'canaryother canarymine', '* OR canaryother'),
        correlation: fc.constantFrom(undefined, 'c-0', 'c-linked', '%'),
        after: optional(fc.record({ timestampNs: instants, eventId: fc.constantFrom(...sharedIds, '\u{10FFFF}') })),
      });
      await fc.assert(
        fc.asyncProperty(guesses, async ({ tenant, id, filter, text, correlation, after }) => {
          const page = { limit: 1000, ...(after !== undefined && { after }) };
          const question = {
            ...filter,
            ...(text !== undefined && { text }),
            ...(correlation !== undefined && { correlation }),
          };
          const answers = await Promise.all([
            opened().reader.query(tenant, question, page),
            opened().reader.linkedTo(tenant, correlation ?? 'c-linked', page),
            opened().reader.event(tenant, id),
            opened().reader.carrying(tenant, { type: 'itemId', value: 'i-shared' }, page),
            opened().reader.carrying(tenant, { type: 'sessionId', value: 's-shared' }, page),
          ]);
          const told = answers.flatMap((answer) =>
            answer === undefined ? [] : 'lines' in answer ? answer.lines : [answer],
          );
          expect(told.filter(({ line }) => !line.includes('canarymine'))).toEqual([]);
          const count = await opened().reader.countCarrying(tenant, { type: 'itemId', value: 'i-shared' }, 100);
          expect(count).toBe(tenant === mine ? sharedIds.length : 0);
          if (tenant !== mine) expect(told).toEqual([]);
        }),
        { numRuns: 2500 },
      );
    });

    test('2,500 forged, swapped and reused cursors lead nowhere, or on among its own', async () => {
      const events = createEventStore({ reader: opened().reader, keys: fakeKeyRing() });
      const cursors = await Promise.all(
        [mine, other].map(async (tenant) => {
          const page = await events.query({ tenant, filter: EVERYTHING, limit: 5 });
          return isCursorRefused(page) ? '' : page.next!;
        }),
      );
      const attempts = fc.record({
        cursor: fc.oneof(
          fc.constantFrom(...cursors),
          fc.string(),
          fc.tuple(fc.constantFrom(...cursors), fc.nat(), fc.nat(255)).map(flipped),
        ),
        filter: fc.constantFrom<EventFilter>(EVERYTHING, { category: 'business' }, { trace: TRACES[0]! }),
      });
      await fc.assert(
        fc.asyncProperty(attempts, async ({ cursor, filter }) => {
          const page = await events.query({ tenant: mine, filter, limit: 5, cursor });
          const isOwn = cursor === cursors[0] && filter === EVERYTHING;
          expect(isCursorRefused(page)).toBe(!isOwn);
          if (!isCursorRefused(page))
            expect(page.events.map(({ event }) => event.tenantId)).toEqual(Array(5).fill(mine));
        }),
        { numRuns: 2500 },
      );
    });
  });
};

/** A cursor with one of its bytes changed. */
const flipped = ([cursor, at, by]: [string, number, number]): string => {
  const bytes = Buffer.from(cursor, 'base64url');
  bytes[at % bytes.length]! ^= by || 1;
  return bytes.toString('base64url');
};
