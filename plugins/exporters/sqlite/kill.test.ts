import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const CHILD = fileURLToPath(new URL('./fixtures/write-until-killed.ts', import.meta.url));
const BATCH = 50;

let dataDir = '';
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'betalogs-sqlite-kill-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

/** Runs a writer, and kills it when it has acknowledged `acks` batches; tells which ones it had acknowledged. */
const writeAndKill = async (firstBatch: number, acks: number): Promise<number[]> => {
  const child = spawn(process.execPath, [CHILD, dataDir, String(firstBatch)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const acknowledged: number[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged.push(Number(line));
    if (acknowledged.length === acks) child.kill('SIGKILL');
  }
  expect(await exited).toEqual([null, 'SIGKILL']);
  return acknowledged;
};

test('what was acknowledged before kill -9 is there, whole and once, and the file opens again', async () => {
  const acknowledged = new Set<number>();
  for (const [cycle, acks] of [1, 2, 7, 3, 1, 12, 5, 4].entries()) {
    // Overlaps with the cycle before: batches that were in flight, or acknowledged, come again.
    for (const batch of await writeAndKill(cycle * 4, acks)) acknowledged.add(batch);
  }
  const db = new DatabaseSync(join(dataDir, 'events.db'));
  const count = (sql: string): unknown => db.prepare(sql).get()?.['n'];
  const held = db.prepare('SELECT json_extract(doc, \'$.description\') AS batch, count(*) AS n FROM events GROUP BY 1').all(); // prettier-ignore
  const whole = held.filter(({ n }) => n === BATCH).map(({ batch }) => Number(String(batch).slice('batch '.length)));
  expect(held).toHaveLength(whole.length);
  expect([...acknowledged].filter((batch) => !whole.includes(batch))).toEqual([]);
  expect(count('SELECT count(*) - count(DISTINCT event_id) AS n FROM events')).toBe(0);
  expect(count('SELECT count(*) AS n FROM events_text')).toBe(count('SELECT count(*) AS n FROM events'));
  expect(db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
  db.close();
}, 120_000);
