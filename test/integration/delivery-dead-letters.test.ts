// What an exporter refuses, from the sender to the end: by the commands of a user, on a real collector.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCli } from '../../src/cli/program.ts';
import { startCollectorProcess, temporaryDirectory, type CollectorProcess } from '../support/collector-process.ts';
import { allEvents, caughtUp } from '../support/query.ts';

/** Appends ids to `<name>.stored`; refuses the actions of `<name>.refused`, and everything while `<name>.down` is there. */
const FUSSY = `
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { definePlugin, z } from 'betalogs-collector/sdk';

export default definePlugin({
  kind: 'exporter',
  type: 'fussy',
  stability: 'experimental',
  summary: 'Refuses what it is told to.',
  guarantee: 'at least once',
  batch: { maxEvents: 100, maxBytes: 1e6, maxWaitMs: 0, concurrency: 2 },
  config: z.strictObject({ name: z.string().default('fussy').describe('Of its files.') }),
  create: ({ name }, { dataDir }) => {
    const path = (end) => join(dataDir, '..', name + end);
    return {
      export: async (batch) => {
        if (existsSync(path('.down'))) return batch.index.map(() => ({ status: 'retry', reason: 'down' }));
        const refused = existsSync(path('.refused')) ? readFileSync(path('.refused'), 'utf8').split(',') : [];
        return batch.index.map(({ eventId }, i) => {
          if (refused.includes(batch.event(i).action)) return { status: 'dead', code: 'FUSSY', message: 'not this one' };
          appendFileSync(path('.stored'), eventId + '\\n');
          return { status: 'stored' };
        });
      },
      stop: async () => undefined,
    };
  },
});`;

let directory: string;
let collector: CollectorProcess | undefined;

beforeEach(() => {
  directory = temporaryDirectory();
  writeFileSync(join(directory, 'fussy.ts'), FUSSY);
});
afterEach(async () => {
  await collector?.kill();
  collector = undefined;
  await rm(directory, { recursive: true, force: true });
});

const yamlOf = (exporters: Readonly<Record<string, string>>, own = ''): string => `
plugins: [./fussy.ts]
receivers: { http: { endpoint: '127.0.0.1:0' } }
processors: { validate: {}, normalize: {}, correlate: {} }
exporters: { sqlite: {}${Object.entries(exporters)
  .map(([id, options]) => `, ${id}: ${options}`)
  .join('')} }
extensions: { health: { endpoint: '127.0.0.1:0' }, query: { endpoint: '127.0.0.1:0' } }
service:
  extensions: [health, query]
  log: { level: error }
  shutdown_timeout: 1s
  pipelines:
    events:
      receivers: [http]
      processors: [validate, normalize, correlate]
      exporters: [sqlite, ${Object.keys(exporters).join(', ')}]
  ${own}
`;
const start = async (yaml: string): Promise<CollectorProcess> =>
  (collector = await startCollectorProcess({ directory, yaml }));

const send = async ({ endpoints }: CollectorProcess, action: string): Promise<string> => {
  const event = {
    category: 'business',
    action,
    actor: { id: 'u-1', type: 'app_user' },
    object: { type: 'order', id: 'o-1' },
  };
  const body = JSON.stringify(event);
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`http://${endpoints['http']}/v1/events`, { method: 'POST', headers, body });
  expect(answer.status).toBe(202);
  return ((await answer.json()) as { eventId: string }).eventId;
};
const stored = (name = 'fussy'): string[] =>
  existsSync(join(directory, `${name}.stored`))
    ? readFileSync(join(directory, `${name}.stored`), 'utf8')
        .trim()
        .split('\n')
    : [];

/** One command line, in the collector's own folder. */
const betalogs = async (...args: readonly string[]) => {
  const out = { stdout: '', stderr: '' };
  const code = await runCli(
    [...args, ...(args.includes('--config') ? [] : ['--config', 'collector.yaml']), '--data-dir', 'data'],
    {
      stdout: (text) => void (out.stdout += text),
      stderr: (text) => void (out.stderr += text),
      env: {},
      cwd: directory,
      columns: 200,
      color: false,
      interactive: false,
      stop: new AbortController().signal,
    },
  );
  const lines = args.includes('--json')
    ? out.stdout
        .trim()
        .split('\n')
        .filter((line) => line !== '')
    : [];
  return { code, ...out, json: lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
};

test(
  'beside a running collector: list, show, retry until it is taken, drop; nothing is stored twice',
  { timeout: 120_000 },
  async () => {
    writeFileSync(join(directory, 'fussy.refused'), 'order_failed,x.order_lost');
    const running = await start(yamlOf({ fussy: '{}' }));
    const good = await send(running, 'checkout_started');
    const bad = await send(running, 'order_failed');
    const lost = await send(running, 'x.order_lost');
    await caughtUp(running);
    expect(stored()).toEqual([good]);

    const listed = await betalogs('dlq', 'list', '--json');
    expect(listed.json.map(({ eventId }) => eventId)).toEqual([lost, bad]);
    expect(listed.json[1]).toMatchObject({ stage: 'exporter', code: 'FUSSY', component: 'fussy', tenant: 'default', attempts: 1, event: { eventId: bad, action: 'order_failed' } }); // prettier-ignore
    const [lostId, badId] = listed.json.map(({ id }) => id as string);
    expect((await betalogs('dlq', 'list')).stdout).toContain(badId);
    expect((await betalogs('dlq', 'show', badId!)).stdout).toContain('"action": "order_failed"');
    expect((await betalogs('dlq', 'show', '00000000-0000-7000-8000-000000000000')).code).toBe(4);
    expect((await betalogs('dlq', 'list', '--code', 'OTHER')).code).toBe(4);

    const to = `http://${running.endpoints['query']}`;
    expect((await betalogs('dlq', 'retry')).stderr).toContain('--to');
    expect(await betalogs('dlq', 'retry', '--dry-run', '--json', '--to', to)).toMatchObject({ code: 0, json: [{ status: 'matched' }, { status: 'matched' }] }); // prettier-ignore
    expect(await betalogs('dlq', 'retry', badId!, '--to', to)).toMatchObject({ code: 1, stdout: expect.stringContaining('FUSSY: not this one') }); // prettier-ignore
    expect((await betalogs('dlq', 'show', badId!, '--json')).json).toMatchObject([{ attempts: 2 }]);

    writeFileSync(join(directory, 'fussy.refused'), '');
    expect(await betalogs('dlq', 'retry', badId!, '--json', '--to', to)).toMatchObject({ code: 0, json: [{ id: badId, status: 'retried' }] }); // prettier-ignore
    expect((await betalogs('dlq', 'retry', badId!, '--to', to)).code).toBe(4);
    expect((await betalogs('dlq', 'drop', '--to', to)).code).toBe(2);
    expect(await betalogs('dlq', 'drop', '--code', 'FUSSY', '--json', '--to', to)).toMatchObject({ code: 0, json: [{ id: lostId, status: 'dropped' }] }); // prettier-ignore
    expect((await betalogs('dlq', 'list')).code).toBe(4);
    expect(stored()).toEqual([good, bad]);
    // sqlite had all three from the start, and has each once: a retry goes only to the exporter that refused.
    const inStore = (await allEvents(running)).map(({ eventId }) => eventId);
    expect(inStore.toSorted()).toEqual([good, bad, lost].toSorted());
    expect(await running.stop()).toBe(0);
  },
);

test(
  'without a collector: retry opens the exporter by itself; a restart has forgotten what is resolved',
  { timeout: 120_000 },
  async () => {
    writeFileSync(join(directory, 'fussy.refused'), 'order_failed');
    const yaml = yamlOf({ fussy: '{}' });
    const running = await start(yaml);
    const bad = await send(running, 'order_failed');
    await caughtUp(running);
    expect(await running.stop()).toBe(0);

    expect(await betalogs('dlq', 'retry', '--since', '1h', '--json')).toMatchObject({ code: 1, json: [{ status: 'refused', code: 'FUSSY' }] }); // prettier-ignore
    writeFileSync(join(directory, 'fussy.refused'), '');
    writeFileSync(join(directory, 'fussy.down'), '');
    expect(await betalogs('dlq', 'retry', '--json')).toMatchObject({ code: 1, json: [{ status: 'unavailable' }] });
    await rm(join(directory, 'fussy.down'));
    expect((await betalogs('dlq', 'list', '--json')).json).toMatchObject([{ attempts: 2 }]);
    expect(await betalogs('dlq', 'retry', '--json')).toMatchObject({ code: 0, json: [{ status: 'retried' }] });
    expect(stored()).toEqual([bad]);
    await start(yaml);
    expect((await betalogs('dlq', 'list')).code).toBe(4);
  },
);

test(
  'an exporter that is given up: its backlog becomes dead letters, which can be retried when it is back',
  { timeout: 120_000 },
  async () => {
    writeFileSync(join(directory, 'gone.down'), '');
    const both = yamlOf({ fussy: '{}', 'fussy/gone': '{ name: gone }' });
    const running = await start(both);
    const ids = [await send(running, 'checkout_started'), await send(running, 'order_failed')];
    while (stored().length < 2) await delay(20);
    expect(await running.stop()).toBe(3);

    await expect(start(yamlOf({ fussy: '{}' }))).rejects.toThrow('fussy/gone');
    const without = await start(yamlOf({ fussy: '{}' }, 'journal: { abandon: [fussy/gone] }'));
    const { json } = await betalogs('dlq', 'list', '--code', 'EXPORTER_ABANDONED', '--json');
    expect(new Set(json.map(({ eventId }) => eventId))).toEqual(new Set(ids));
    expect(json[0]).toMatchObject({ component: 'fussy/gone', attempts: 0 });
    expect(await without.stop()).toBe(0);

    expect(await betalogs('dlq', 'retry', '--json')).toMatchObject({ code: 1, json: [{ code: 'DLQ_NO_EXPORTER' }, { code: 'DLQ_NO_EXPORTER' }] }); // prettier-ignore
    writeFileSync(join(directory, 'collector.yaml'), both);
    await rm(join(directory, 'gone.down'));
    expect((await betalogs('dlq', 'retry')).code).toBe(0);
    expect(stored('gone').toSorted()).toEqual(ids.toSorted());
    expect(stored()).toHaveLength(2);
  },
);
