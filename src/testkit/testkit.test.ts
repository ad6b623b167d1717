// The testkit finds what is wrong; the rest of its proof is that every built-in plugin passes it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { definePlugin, eachEvent, pass, z, type Plugin } from '../sdk/index.ts';
import { declarationProblems, exampleEvents, fakeClock, fakeIntake, storedBatch, undescribedOptions } from './index.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'betalogs-testkit-'));
  await writeFile(join(folder, 'README.md'), '# keep\n');
  await writeFile(join(folder, 'example.yaml'), 'processors:\n  keep/one: { names: [a] }\n');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const config = z.strictObject({ names: z.array(z.string()).describe('What is kept.') });
const plugin = (changes: Partial<Plugin> = {}): Plugin => ({
  ...definePlugin({
    kind: 'processor',
    type: 'keep',
    stability: 'beta',
    summary: 'Keeps what is named.',
    config,
    create: () => eachEvent(() => pass),
  }),
  ...(changes as object),
});

test('a plugin that is declared in full has no problems', async () => {
  expect(await declarationProblems(plugin(), folder)).toEqual([]);
});

test.each<[change: Partial<Plugin>, problem: string]>([
  [{ summary: 'keeps what is named' }, 'summary: not one sentence'],
  [{ summary: 'Keeps. Drops the rest.' }, 'summary: not one sentence'],
  [{ type: 'keepAll' }, 'type: keepAll is not snake_case'],
  [{ type: 'other' }, 'example.yaml: has no processors.other'],
  [{ config: z.strictObject({ names: z.array(z.string()) }) }, 'config: names is not described'],
  [
    { config: z.strictObject({ n: z.int().optional().describe('N.') }) },
    'example.yaml: processors.keep/one: Unrecognized key: "names"',
  ],
])('%o: %s', async (change, problem) => {
  expect(await declarationProblems(plugin(change), folder)).toContain(problem);
});

test('a folder without a README and an example is found', async () => {
  expect(await declarationProblems(plugin(), join(folder, 'nowhere'))).toEqual([
    'README.md: missing or empty',
    'example.yaml: missing',
  ]);
});

test('an option deep inside is found', () => {
  const inner = z.strictObject({ to: z.string() });
  const deep = z.strictObject({ group: z.strictObject({ rules: z.array(inner).default([]).describe('Rules.') }) });
  expect(undescribedOptions({ config: deep })).toEqual(['group.rules[].to']);
});

test('the clock calls back in order of time, and never what was cancelled', () => {
  const clock = fakeClock({ seconds: 10, nanos: 999_000_000 });
  const called: string[] = [];
  clock.schedule(20, () => called.push(`second at ${clock.monotonicMs()}`));
  clock.schedule(10, () => clock.schedule(5, () => called.push(`nested at ${clock.monotonicMs()}`)));
  clock.schedule(15, () => called.push('cancelled'))();
  clock.advance(30);
  expect(called).toEqual(['nested at 15', 'second at 20']);
  expect(clock.now()).toEqual({ seconds: 11, nanos: 29_000_000 });
});

test('the index of a batch points at its lines', () => {
  const events = exampleEvents(3, (i) => ({ description: 'ä'.repeat(i) }));
  const { lines, index } = storedBatch(events);
  const text = Buffer.from(lines);
  for (const [i, { offset, length, eventId }] of index.entries()) {
    expect(JSON.parse(text.toString('utf8', offset, offset + length))).toEqual(events[i]);
    expect([eventId, text[offset + length]]).toEqual([events[i]!.eventId, 0x0a]);
  }
});

test('the intake counts what is held, and answers for what decoding has decided', async () => {
  const intake = fakeIntake();
  const lease = intake.reserve('acme', 100);
  if ('busy' in lease) throw new Error('the intake is busy');
  expect([lease.grow(50), intake.held]).toEqual([undefined, 150]);
  const error = { code: 'EVENT_BAD', path: '', message: 'bad' };
  const outcomes = await lease.emit({
    slots: [
      { verdict: 'drop', reason: 'policy' },
      { verdict: 'reject', errors: [error] },
    ],
  });
  expect(outcomes).toEqual([
    { status: 'filtered', reason: 'policy' },
    { status: 'rejected', errors: [error] },
  ]);
  lease.release();
  expect(intake.held).toBe(0);
});
