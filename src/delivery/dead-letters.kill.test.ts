// kill -9 at random moments, in the middle of writes, resolutions and compactions: what was told is so.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { capturingLog, fakeClock } from '../testkit/fakes.ts';
import { openDeadLetters } from './dead-letters.ts';

const ROUNDS = 40;

/** Writes for ever and prints what is durable: `+n` a letter, `-n` its end. Small files, so that they are replaced often. */
const script = (directory: string, first: number): string => `
  const { openDeadLetters } = await import(${JSON.stringify(new URL('dead-letters.ts', import.meta.url).href)});
  const clock = { now: () => ({ seconds: Math.floor(Date.now() / 1000), nanos: 0 }), monotonicMs: () => 0, schedule: () => () => undefined };
  const quiet = () => undefined;
  const letters = await openDeadLetters({ directory: ${JSON.stringify(directory)}, maxBytes: 60_000, clock, log: { info: quiet, warn: quiet, error: quiet } });
  const letter = (n) => ({ stage: 'exporter', code: 'C', message: 'm', component: 'store', tenant: 'acme', eventId: String(n), attempts: 1, line: JSON.stringify({ eventId: String(n), pad: 'x'.repeat(300) }) });
  for (let n = ${first}; ; n += 2) {
    await Promise.all([n, n + 1].map(async (m) => { await letters.write([letter(m)]); process.stdout.write('+' + m + '\\n'); }));
    if (n % 8 !== 0) continue;
    const old = (await letters.list({})).slice(10);
    process.stdout.write(old.map(({ eventId }) => '?' + eventId + '\\n').join(''));
    await letters.resolve(old.map(({ id }) => id), 'dropped');
    process.stdout.write(old.map(({ eventId }) => '-' + eventId + '\\n').join(''));
  }`;

test(`${ROUNDS} kills: no letter is lost, none comes back, none stands twice`, { timeout: 240_000 }, async () => {
  const directory = await mkdtemp(join(tmpdir(), 'dead-letters-kill-'));
  const written = new Set<string>();
  const begun = new Set<string>();
  const resolved = new Set<string>();
  let next = 2;
  for (let round = 0; round < ROUNDS; round++) {
    const args = ['--input-type=module', '-e', script(directory, next)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const killAfter = 1 + Math.floor(Math.random() * 150);
    let printed = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      const eventId = line.slice(1);
      if (line.startsWith('+')) written.add(eventId);
      else (line.startsWith('-') ? resolved : begun).add(eventId);
      next = Math.max(next, 2 * Math.ceil((Number(eventId) + 4) / 2));
      if (++printed === killAfter) child.kill('SIGKILL');
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    expect(child.signalCode).toBe('SIGKILL');
  }
  const letters = await openDeadLetters({ directory, maxBytes: 60_000, clock: fakeClock(), log: capturingLog() });
  const open = (await letters.list({})).map(({ eventId = '', line = '' }) => {
    expect(JSON.parse(line)).toMatchObject({ eventId });
    return eventId;
  });
  await letters.close();
  await rm(directory, { recursive: true, force: true });
  expect(new Set(open).size).toBe(open.length);
  const found = new Set(open);
  expect([...written].filter((id) => !found.has(id) && !begun.has(id))).toEqual([]);
  expect([...resolved].filter((id) => found.has(id))).toEqual([]);
  expect(resolved.size).toBeGreaterThan(ROUNDS);
});
