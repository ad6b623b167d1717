// What the collector has stored, asked over its query API until it is all there.
import { setTimeout as delay } from 'node:timers/promises';
import type { CanonicalEvent } from '../../src/event/schema.ts';

const PAUSE_MS = 100;

/** Asks until `isComplete`; rejects when `timeoutMs` has passed, with the actions that are there. */
const poll = async (
  url: string,
  isComplete: (events: readonly CanonicalEvent[]) => boolean,
  timeoutMs: number,
): Promise<readonly CanonicalEvent[]> => {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await fetch(url);
    const { events = [] } = (await answer.json()) as { events?: CanonicalEvent[] };
    if (answer.ok && isComplete(events)) return events;
    if (performance.now() > deadline) {
      throw new Error(`not stored in time; there are: ${events.map(({ action }) => action).join(', ') || 'none'}`);
    }
    await delay(PAUSE_MS);
  }
};

const includesAll = (events: readonly CanonicalEvent[], actions: readonly string[]): boolean => {
  const found = new Set(events.map(({ action }) => action));
  return actions.every((action) => found.has(action));
};

/** The events of a trace, once all of `actions` are among them. */
export const traceOf = (
  query: string,
  traceId: string,
  actions: readonly string[],
  timeoutMs: number,
): Promise<readonly CanonicalEvent[]> =>
  poll(`http://${query}/v1/traces/${traceId}`, (events) => includesAll(events, actions), timeoutMs);

/** All events, once there are at least `count`. */
export const allOf = (query: string, count: number, timeoutMs: number): Promise<readonly CanonicalEvent[]> =>
  poll(`http://${query}/v1/events?limit=1000`, ({ length }) => length >= count, timeoutMs);
