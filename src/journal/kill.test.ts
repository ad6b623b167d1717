// kill -9 at random moments: what was acknowledged is there, once, and what is there was sent.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { drain, everything, frameOf, openJournal, temporaryDirectory } from './fixtures.ts';

const ROUNDS = 50;
const WRITERS = 4;

/** Appends for ever, prints each id after its acknowledgement, reads and acknowledges some on the way. */
const script = (directory: string, firstId: number): string => `
  const { frameOf, openJournal, everything } = await import(${JSON.stringify(new URL('fixtures.ts', import.meta.url).href)});
  const clock = { now: () => ({ seconds: 0, nanos: 0 }), monotonicMs: () => performance.now(),
    schedule: (ms, callback) => { const timer = setTimeout(callback, ms); return () => clearTimeout(timer); } };
  const journal = await openJournal(${JSON.stringify(directory)}, { segmentBytes: 30_000, clock });
  const cursor = journal.cursor('busy', { ...everything, from: 'end' });
  let id = ${firstId};
  const write = async () => {
    for (;;) {
      const mine = id++;
      await journal.append(frameOf([mine], { lineBytes: 500 }));
      process.stdout.write(mine + '\\n');
    }
  };
  const read = async () => {
    for (;;) cursor.acknowledge((await cursor.read(4000, new AbortController().signal)).map((frame) => frame.sequence));
  };
  await Promise.all([...Array.from({ length: ${WRITERS} }, write), read()]);`;

test(`${ROUNDS} kills lose nothing that was acknowledged and give nothing twice`, { timeout: 240_000 }, async () => {
  const directory = await temporaryDirectory();
  const setUp = await openJournal(directory);
  setUp.cursor('auditor', everything);
  setUp.cursor('busy', everything);
  // With a backlog, the auditor's place is kept although the writers do not open it.
  await setUp.append(frameOf([0]));
  await setUp.close();

  const acknowledged: number[] = [];
  let nextId = 1;
  for (let round = 0; round < ROUNDS; round++) {
    const args = ['--input-type=module', '-e', script(directory, nextId)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const killAfter = 1 + Math.floor(Math.random() * 120);
    let printed = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      acknowledged.push(Number(line));
      if (++printed === killAfter) child.kill('SIGKILL');
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    expect(child.signalCode).toBe('SIGKILL');
    nextId = Math.max(nextId, ...acknowledged) + WRITERS + 1;
  }

  const journal = await openJournal(directory);
  const { ids } = await drain(journal.cursor('auditor', everything));
  await journal.close();
  expect(acknowledged.length).toBeGreaterThan(ROUNDS);
  expect(new Set(ids).size).toBe(ids.length);
  const found = new Set(ids);
  expect(acknowledged.filter((id) => !found.has(id))).toEqual([]);
  expect(ids.length - acknowledged.length).toBeLessThanOrEqual(ROUNDS * WRITERS);
});
