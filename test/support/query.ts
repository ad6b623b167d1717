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

/** Resolves when every exporter has stored what is journaled. */
export const caughtUp = async ({ endpoints }: CollectorProcess): Promise<void> => {
  for (;;) {
    const status = (await (await fetch(`http://${endpoints['health']}/status`)).json()) as CollectorStatus;
    const exporters = status.components.filter(({ kind }) => kind === 'exporter');
    if (exporters.every(({ counts }) => counts?.['pendingFrames'] === 0)) return;
    await delay(20);
  }
};
