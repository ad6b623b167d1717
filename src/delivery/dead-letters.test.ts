import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { capturingLog, fakeClock } from '../testkit/fakes.ts';
import { DeadLetterError, openDeadLetters, type DeadLetter, type DeadLetters } from './dead-letters.ts';
import { readDeadLetters } from './dead-letters/read.ts';

let directory: string;
const open: DeadLetters[] = [];
const clock = fakeClock();
let log = capturingLog();

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'dead-letters-'));
  log = capturingLog();
});
afterEach(async () => {
  for (const letters of open.splice(0)) await letters.close();
  await rm(directory, { recursive: true, force: true });
});

const start = async (maxBytes = 1 << 20): Promise<DeadLetters> => {
  const letters = await openDeadLetters({ directory, maxBytes, clock, log });
  open.push(letters);
  return letters;
};
const letter = (n: number, own: Partial<DeadLetter> = {}): DeadLetter => ({
  stage: 'exporter',
  code: '22001',
  message: 'too long',
  component: 'postgres',
  tenant: 'acme',
  eventId: `e-${n}`,
  attempts: 1,
  line: `{"eventId":"e-${n}","data":{"big":9007199254740993,"text":",\\"event\\":"}}`,
  ...own,
});
const segments = (): string[] => readdirSync(directory).filter((name) => name.endsWith('.ndjson')).toSorted(); // prettier-ignore
const path = (name: string): string => join(directory, name);
const eventIds = (some: readonly { readonly eventId?: string }[]) => some.map(({ eventId }) => eventId);

test('what is written is there, byte by byte, newest first, also for another reader and after a restart', async () => {
  const letters = await start();
  await letters.write([letter(1), letter(2)]);
  clock.advance(1000);
  await letters.write([letter(3, { stage: 'receiver', line: undefined as never, size: 12, digest: 'hmac-sha256:ab' })]);
  const listed = await letters.list({});
  expect(eventIds(listed)).toEqual(['e-3', 'e-2', 'e-1']);
  expect(listed[2]).toEqual({ ...letter(1), id: expect.stringMatching(/-7/), at: '2026-11-18T11:06:40.123456789Z' });
  expect(listed[0]).toMatchObject({ stage: 'receiver', size: 12, digest: 'hmac-sha256:ab' });
  expect(await readDeadLetters(directory, {}, 1)).toEqual([listed[0]]);
  await letters.close();
  expect(await (await start()).list({})).toEqual(listed);
  expect(statSync(path(segments()[0]!)).mode & 0o777).toBe(0o600);
});

test.each([
  [{ tenant: 'globex' }, ['e-2']],
  [{ stage: 'receiver' as const }, ['e-3']],
  [{ code: '22003' }, ['e-4']],
  [{ component: 's3' }, ['e-4']],
  [{ sinceMs: 1_795_000_001_000 }, ['e-5', 'e-4']],
  [{ untilMs: 1_795_000_001_000 }, ['e-3', 'e-2', 'e-1']],
  [{ tenant: 'acme', code: '22001', untilMs: 1_795_000_001_000, stage: 'exporter' as const }, ['e-1']],
  [{ tenant: 'nobody' }, []],
])('finds by %j', async (filter, expected) => {
  const ticking = fakeClock({ seconds: 1_795_000_000, nanos: 0 });
  const letters = await openDeadLetters({ directory, maxBytes: 1 << 20, clock: ticking, log });
  open.push(letters);
  await letters.write([letter(1), letter(2, { tenant: 'globex' }), letter(3, { stage: 'receiver' })]);
  ticking.advance(1000);
  await letters.write([letter(4, { code: '22003', component: 's3' }), letter(5)]);
  expect(eventIds(await letters.list(filter))).toEqual(expected);
});

test('resolved letters are gone, refused ones tell their last attempt; the files forget at the next start', async () => {
  const letters = await start();
  await letters.write([letter(1), letter(2), letter(3)]);
  const [three, two, one] = await letters.list({});
  await letters.resolve([one!.id], 'retried');
  await letters.attempted([{ id: two!.id, attempts: 2, code: '22003', message: 'out of range' }]);
  await letters.resolve([three!.id], 'dropped');
  const left = { ...two!, attempts: 2, code: '22003', message: 'out of range' };
  expect(await letters.list({})).toEqual([left]);
  expect(await letters.list({ code: '22001' })).toEqual([]);
  expect(await letters.get(two!.id)).toEqual(left);
  expect(await letters.get(one!.id)).toBeUndefined();
  await letters.close();
  const again = await start();
  expect(await again.list({})).toEqual([left]);
  expect(segments()).toEqual(['00000002.ndjson']);
  expect(readFileSync(path('00000002.ndjson'), 'utf8').split('\n')).toHaveLength(2);
});

test('one letter for one event of one component, however often it is written; other content is another letter', async () => {
  const letters = await start();
  await letters.write([letter(1)]);
  await letters.write([letter(1), letter(1, { component: 's3' }), letter(1, { line: '{"eventId":"e-1"}' })]);
  expect(await letters.list({})).toHaveLength(3);
  const [first] = (await letters.list({ component: 'postgres' })).toReversed();
  await letters.resolve([first!.id], 'retried');
  await letters.write([letter(1)]);
  expect(await letters.list({})).toHaveLength(3);
  expect(await letters.get(first!.id)).toBeUndefined();
});

test('every cut of the tail is survived: whole letters stay, the torn one is gone, and writing goes on', async () => {
  const letters = await start();
  await letters.write([letter(1), letter(2)]);
  await letters.close();
  const whole = readFileSync(path('00000001.ndjson'));
  const first = whole.indexOf('\n') + 1;
  for (let end = 0; end < whole.length; end++) {
    writeFileSync(path('00000001.ndjson'), whole.subarray(0, end));
    const torn = await openDeadLetters({ directory, maxBytes: 1 << 20, clock, log });
    await torn.write([letter(3)]);
    const expected = end < first ? ['e-3'] : ['e-3', 'e-1'];
    expect(eventIds(await torn.list({}))).toEqual(expected);
    await torn.close();
    for (const name of readdirSync(directory)) rmSync(path(name));
  }
});

test('damage in the middle costs its line alone; the file is kept aside', async () => {
  const letters = await start();
  await letters.write([letter(1), letter(2), letter(3)]);
  await letters.close();
  const bytes = readFileSync(path('00000001.ndjson'));
  const middle = bytes.indexOf('\n') + 5;
  bytes.fill(0, middle, middle + 8);
  writeFileSync(path('00000001.ndjson'), bytes);
  expect(eventIds(await (await start()).list({}))).toEqual(['e-3', 'e-1']);
  expect(readdirSync(directory).toSorted()).toEqual(['00000001.ndjson.damaged', '00000002.ndjson']);
  expect(log.lines.join()).toContain('damaged');
});

test('a compaction that a crash ended changes nothing: its draft goes, and what stands twice is one letter', async () => {
  const letters = await start();
  await letters.write([letter(1), letter(2)]);
  const [two, one] = await letters.list({});
  await letters.resolve([one!.id], 'dropped');
  await letters.close();
  const before = readFileSync(path('00000001.ndjson'), 'utf8');
  // The crash came after the new file was named, and before the old one was deleted.
  await (await start()).close();
  appendFileSync(path('00000001.ndjson'), before);
  writeFileSync(path('00000003.ndjson.draft'), 'half of a');
  const again = await start();
  expect(await again.list({})).toEqual([two]);
  expect(existsSync(path('00000003.ndjson.draft'))).toBe(false);
});

test('a new file is begun when one is full', async () => {
  const letters = await start(40_000);
  for (let i = 0; i < 100; i++) await letters.write([letter(i)]);
  expect(segments().length).toBeGreaterThan(2);
  expect(eventIds(await letters.list({}, 3))).toEqual(['e-99', 'e-98', 'e-97']);
  expect(letters.bytes()).toBe(segments().reduce((sum, name) => sum + statSync(path(name)).size, 0));
});

test('a full budget refuses and throws nothing away; dropping makes room at once', async () => {
  const letters = await start(10_000);
  let written = 0;
  const fill = async (): Promise<void> => {
    for (;;) {
      await letters.write([letter(written)]);
      written++;
    }
  };
  await expect(fill()).rejects.toThrow(DeadLetterError);
  await expect(letters.write([letter(1000)])).rejects.toMatchObject({ code: 'DEAD_LETTERS_FULL' });
  const all = await letters.list({});
  expect(all).toHaveLength(written);
  expect(letters.bytes()).toBeLessThanOrEqual(10_000);
  await letters.resolve(all.slice(0, 5).map(({ id }) => id), 'dropped'); // prettier-ignore
  await letters.write([letter(1000)]);
  expect(eventIds(await letters.list({}, 1))).toEqual(['e-1000']);
  expect(await letters.list({})).toHaveLength(written - 4);
});

test('what was selected and is gone since is left out', async () => {
  const letters = await start();
  await letters.write([letter(1)]);
  const selected = await letters.select({});
  truncateSync(path('00000001.ndjson'), 0);
  expect(await letters.read(selected)).toEqual([]);
});

test('reading goes on while another process replaces the files', async () => {
  const letters = await start(200_000);
  let isOver = false;
  const churn = async (): Promise<void> => {
    for (let round = 0; round < 30; round++) {
      await letters.write(Array.from({ length: 20 }, (_, i) => letter(round * 100 + i + 1)));
      const some = (await letters.list({})).filter(({ eventId }) => eventId !== 'e-0').slice(0, 20);
      await letters.resolve(some.map(({ id }) => id), 'dropped'); // prettier-ignore
      await letters.close();
      open.length = 0;
      await (await start(200_000)).close();
      Object.assign(letters, await start(200_000));
    }
    isOver = true;
  };
  await letters.write([letter(0)]);
  const done = churn();
  let reads = 0;
  while (!isOver) {
    const seen = await readDeadLetters(directory, {}, 1000);
    expect(eventIds(seen)).toContain('e-0');
    reads++;
  }
  await done;
  expect(reads).toBeGreaterThan(5);
});
