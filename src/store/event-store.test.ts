import { describe, expect, test } from 'vitest';
import type { CanonicalEvent } from '../event/schema.ts';
import { isCursorRefused, type EventPage, type EventReader } from '../sdk/index.ts';
import { exampleEvent, exampleEvents, fakeKeyRing } from '../testkit/fakes.ts';
import { memoryReader } from '../testkit/memory-reader.ts';
import { createEventStore } from './event-store.ts';
import { gather, MAX_TIMELINE_CHARS, MAX_TIMELINE_EVENTS } from './timeline.ts';

const TRACE = 'a'.repeat(32);
const storeOf = (events: readonly CanonicalEvent[], reader: Partial<EventReader> = {}) =>
  createEventStore({ reader: { ...memoryReader(events), ...reader }, keys: fakeKeyRing() });
const at = (second: number): string => `2026-11-23T10:00:0${second}Z`;
const idsOf = ({ events }: { events: readonly { event: CanonicalEvent }[] }): string[] =>
  events.map(({ event }) => event.eventId);
const page = async (answer: Promise<unknown>): Promise<EventPage> => {
  const result = (await answer) as EventPage;
  expect(isCursorRefused(result)).toBe(false);
  return result;
};

describe('query', () => {
  const events = exampleEvents(5);
  const ids = events.map(({ eventId }) => eventId).toReversed();

  test('leads over pages to the end, where next is null', async () => {
    const store = storeOf(events);
    const first = await page(store.query({ tenant: 'acme', filter: {}, limit: 3 }));
    const rest = await page(store.query({ tenant: 'acme', filter: {}, limit: 3, cursor: first.next! }));
    expect([...idsOf(first), ...idsOf(rest)]).toEqual(ids);
    expect(rest.next).toBeNull();
  });

  test('a cursor is good for its tenant and question only', async () => {
    const store = storeOf([...events, ...events.map((event) => ({ ...event, tenantId: 'globex' }))]);
    const { next } = await page(store.query({ tenant: 'acme', filter: {}, limit: 2 }));
    const cursor = next!;
    const refused = { code: 'CURSOR_INVALID', message: expect.any(String) };
    expect(await store.query({ tenant: 'globex', filter: {}, limit: 2, cursor })).toEqual(refused);
    expect(await store.query({ tenant: 'acme', filter: { action: 'x.a' }, limit: 2, cursor })).toEqual(refused);
    expect(await store.query({ tenant: 'acme', filter: {}, limit: 2, cursor: `${cursor}x` })).toEqual(refused);
    expect(idsOf(await page(store.query({ tenant: 'acme', filter: {}, limit: 9, cursor })))).toEqual(ids.slice(2));
  });
});

test('a page shorter than its limit still has a next one where the store says so', async () => {
  const [event] = exampleEvents(1);
  const line = { line: JSON.stringify(event), timestampNs: 1n, eventId: event!.eventId };
  const store = storeOf([], { query: async () => ({ lines: [line], more: true }) });
  expect((await page(store.query({ tenant: 'acme', filter: {}, limit: 100 }))).next).toEqual(expect.any(String));
});

describe('a store that answers with another tenant is believed in nothing', () => {
  const foreign = { line: JSON.stringify(exampleEvent({ tenantId: 'globex' })), timestampNs: 1n, eventId: 'x' };
  const store = storeOf([], {
    query: async () => ({ lines: [foreign], more: false }),
    event: async () => foreign,
    linkedTo: async () => ({ lines: [foreign], more: false }),
  });
  test.each([
    ['query', () => store.query({ tenant: 'acme', filter: {}, limit: 1 })],
    ['event', () => store.event('acme', 'x')],
    ['trace', () => store.trace('acme', TRACE)],
    ['correlation', () => store.correlation('acme', 'c')],
  ])('%s', async (_, ask) => {
    await expect(ask()).rejects.toThrow('another tenant');
  });
});

describe('trace', () => {
  const correlation = { correlationId: 'c', method: 'trace', confidence: 1, traceId: TRACE } as const;
  test('is the events of a tenant, oldest first', async () => {
    const events = [3, 1, 2].map((second) =>
      exampleEvent({ eventId: `e-${second}`, timestamp: at(second), correlation }),
    );
    const other = exampleEvent({ eventId: 'other', tenantId: 'globex', correlation });
    const trace = await storeOf([...events, other, exampleEvent()]).trace('acme', TRACE);
    expect(idsOf(trace!)).toEqual(['e-1', 'e-2', 'e-3']);
    expect(trace!.truncated).toBe(false);
  });
  test('is undefined where there is none', async () => {
    expect(await storeOf([exampleEvent({ correlation })]).trace('globex', TRACE)).toBeUndefined();
  });
});

describe('correlation', () => {
  const own = { correlationId: 'target', method: 'explicit', confidence: 1 } as const;
  const elsewhere = { correlationId: 'elsewhere', method: 'explicit', confidence: 1 } as const;
  const inGroup = (second: number) =>
    exampleEvent({ eventId: `in-${second}`, timestamp: at(second), correlation: own });
  const linking = (second: number, type?: string) =>
    exampleEvent({
      eventId: `by-${second}`,
      timestamp: at(second),
      correlation: { ...elsewhere, links: [{ correlationId: 'target', ...(type !== undefined && { type }) }] },
    });

  test('is the group and the events whose links name it, in one order, and says which are which', async () => {
    const group = await storeOf([inGroup(4), linking(1, 'orderId'), inGroup(2), linking(3)]).correlation(
      'acme',
      'target',
    );
    expect(group!.events.map(({ event, linkedBy }) => [event.eventId, linkedBy])).toEqual([
      ['by-1', { kind: 'link', correlationId: 'target', type: 'orderId' }],
      ['in-2', undefined],
      ['by-3', { kind: 'link', correlationId: 'target' }],
      ['in-4', undefined],
    ]);
    expect(group!.links).toEqual([]);
  });

  test('an event of the group that also links to it stands there once, as its own', async () => {
    const both = exampleEvent({ correlation: { ...own, links: [{ correlationId: 'target' }] } });
    const group = await storeOf([both]).correlation('acme', 'target');
    expect(group!.events).toHaveLength(1);
    expect(group!.events[0]).not.toHaveProperty('linkedBy');
  });

  test('is there where only links name it, and undefined where nothing does', async () => {
    const store = storeOf([linking(1)]);
    expect(idsOf((await store.correlation('acme', 'target'))!)).toEqual(['by-1']);
    expect(await store.correlation('acme', 'nothing')).toBeUndefined();
    expect(await store.correlation('globex', 'target')).toBeUndefined();
  });
});

describe('a timeline has a bound', () => {
  const endless = (chars: number) => {
    let n = 0;
    const line = 'x'.repeat(chars);
    return async ({ limit }: { limit: number }) => ({
      lines: Array.from({ length: limit }, () => ({ line, timestampNs: BigInt(-n), eventId: String(n++) })),
      more: true,
    });
  };
  test('of events', async () => {
    const { lines, truncated } = await gather(endless(1));
    expect([lines.length, truncated]).toEqual([MAX_TIMELINE_EVENTS, true]);
  });
  test('of characters', async () => {
    const { lines, truncated } = await gather(endless(MAX_TIMELINE_CHARS / 4));
    expect([lines.length, truncated]).toEqual([4, true]);
  });
});
