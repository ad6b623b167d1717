import { rm } from 'node:fs/promises';
import { afterEach, expect, test } from 'vitest';
import { startCollectorProcess, temporaryDirectory, type CollectorProcess } from '../support/collector-process.ts';
import { allEvents, caughtUp } from '../support/query.ts';

const KILLS = 200;
/** Events under way at the kill: some are answered, some are not. */
const CONCURRENT = 4;

const directory = temporaryDirectory();
let collector: CollectorProcess | undefined;

afterEach(async () => {
  await collector?.kill();
  await rm(directory, { recursive: true, force: true });
});

const yaml = `
receivers: { http: { endpoint: '127.0.0.1:0' } }
processors: { validate: {}, normalize: {}, correlate: {}, redact: {}, tenant_filter: {} }
exporters: { sqlite: {} }
extensions: { health: { endpoint: '127.0.0.1:0' }, query: { endpoint: '127.0.0.1:0' } }
service:
  extensions: [health, query]
  log: { level: error }
  pipelines:
    events:
      receivers: [http]
      processors: [validate, normalize, correlate, redact, tenant_filter]
      exporters: [sqlite]
`;

/** Sends one event; resolves with its id where the answer was 202, undefined where there was none. */
const send = async ({ endpoints }: CollectorProcess, orderId: string): Promise<string | undefined> => {
  const body = {
    category: 'business',
    action: 'checkout_started',
    actor: { id: 'u-1', type: 'app_user' },
    object: { type: 'order', id: orderId },
    data: { orderId },
  };
  try {
    const answer = await fetch(`http://${endpoints['http']}/v1/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (answer.status !== 202) throw new Error(`answered ${answer.status}: ${await answer.text()}`);
    return ((await answer.json()) as { eventId: string }).eventId;
  } catch (error) {
    if (error instanceof TypeError || (error as Error).name === 'SyntaxError') return undefined;
    throw error;
  }
};

test(
  `202 means on disk: killed with -9 right after an answer, ${KILLS} times, every acknowledged event is there exactly once`,
  { timeout: 900_000 },
  async () => {
    const acknowledged = new Set<string>();
    for (let kill = 0; kill < KILLS; kill++) {
      collector = await startCollectorProcess({ directory, yaml });
      const running = collector;
      const sent = Array.from({ length: CONCURRENT }, (_, i) => send(running, `o-${kill}-${i}`));
      await Promise.race(sent);
      await running.kill();
      for (const eventId of await Promise.all(sent)) if (eventId !== undefined) acknowledged.add(eventId);
    }
    expect(acknowledged.size).toBeGreaterThanOrEqual(KILLS);

    collector = await startCollectorProcess({ directory, yaml });
    await caughtUp(collector);
    const stored = (await allEvents(collector)).map(({ eventId }) => eventId);
    expect(new Set(stored).size).toBe(stored.length);
    expect([...acknowledged].filter((eventId) => !stored.includes(eventId))).toEqual([]);
  },
);
