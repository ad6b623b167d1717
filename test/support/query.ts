import { setTimeout as delay } from 'node:timers/promises';
import type { CanonicalEvent } from '../../src/event/schema.ts';
import type { CollectorStatus } from '../../src/sdk/index.ts';
import type { CollectorProcess } from './collector-process.ts';

/** All events of a tenant, newest first, page by page over the query API. */
export const allEvents = async ({ endpoints }: CollectorProcess, parameters = ''): Promise<CanonicalEvent[]> => {
  const events: CanonicalEvent[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const answer = await fetch(
      `http://${endpoints['query']}/v1/events?limit=1000${parameters}${cursor === '' ? '' : `&cursor=${cursor}`}`,
    );
    if (!answer.ok) throw new Error(`the query API answered ${answer.status}: ${await answer.text()}`);
    const page = (await answer.json()) as { events: CanonicalEvent[]; next: string | null };
    events.push(...page.events);
    cursor = page.next;
  }
  return events;
};

/** Frames that each exporter has not yet stored. */
export const pendingFrames = async ({ endpoints }: CollectorProcess): Promise<Record<string, number>> => {
  const status = (await (await fetch(`http://${endpoints['health']}/status`)).json()) as CollectorStatus;
  const exporters = status.components.filter(({ kind }) => kind === 'exporter');
  return Object.fromEntries(exporters.map(({ id, counts }) => [id, counts?.['pendingFrames'] ?? Number.NaN]));
};

/** Resolves when every exporter, or every one but this, has stored what is journaled. */
export const caughtUp = async (collector: CollectorProcess, but?: string): Promise<void> => {
  for (;;) {
    const pending = Object.entries(await pendingFrames(collector));
    if (pending.every(([id, frames]) => id === but || frames === 0)) return;
    await delay(20);
  }
};
