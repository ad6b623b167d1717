// Every example of docs/first-events.md, run as a reader would run it, against a collector of its own.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type CollectorProcess, startCollectorProcess, temporaryDirectory } from '../support/collector-process.ts';
import { ROOT, textOf } from '../support/repository.ts';

const STORED_WITHIN_MS = 20_000;
const shell = promisify(execFile);

interface Example {
  readonly heading: string;
  readonly command: string;
  readonly form: string;
  readonly answer: string;
}

const BLOCK = /^## +(.+)$|^### +(.+)$|^```(\w+)\n([\s\S]*?)^```$/gm;

/** Each command with the answer that follows it. */
const examplesOf = (guide: string): readonly Example[] => {
  const examples: Example[] = [];
  let heading = '';
  let command: string | undefined;
  for (const [, second, third, form = '', text = ''] of guide.matchAll(BLOCK)) {
    heading = second ?? third ?? heading;
    if (form === 'sh') {
      if (command !== undefined) throw new Error(`a command has no answer: ${command}`);
      command = text;
    } else if (form !== '') {
      if (command === undefined) throw new Error(`an answer has no command: ${text}`);
      examples.push({ heading, command, form, answer: text });
      command = undefined;
    }
  }
  if (command !== undefined) throw new Error(`a command has no answer: ${command}`);
  return examples;
};

const guide = textOf('docs/first-events.md');
const examples = examplesOf(guide);

let folder = '';
let collector: CollectorProcess;
beforeAll(async () => {
  folder = temporaryDirectory();
  collector = await startCollectorProcess({ directory: folder });
});
afterAll(async () => {
  await collector?.stop();
  await rm(folder, { recursive: true, force: true });
});

const run = async (command: string): Promise<string> => {
  const text = command
    .replaceAll('127.0.0.1:4319', collector.endpoints['http']!)
    .replaceAll('127.0.0.1:4320', collector.endpoints['query']!)
    .replaceAll('npx betalogs', `"${process.execPath}" "${join(ROOT, 'src/main.ts')}"`);
  const { stdout, stderr } = await shell('/bin/sh', ['-e', '-c', text], { cwd: folder });
  expect(stderr).toBe('');
  return stdout;
};

const ANY = '…';

/** The shown answer as a pattern: what it does not name may be anything. */
const patternOf = (shown: unknown): unknown => {
  if (shown === ANY) return expect.anything() as unknown;
  if (Array.isArray(shown)) return shown.map(patternOf);
  if (typeof shown !== 'object' || shown === null) return shown;
  return expect.objectContaining(
    Object.fromEntries(Object.entries(shown).map(([key, value]) => [key, patternOf(value)])),
  ) as unknown;
};

const wordsOf = (shown: string): RegExp =>
  new RegExp(
    `^${shown
      .split(ANY)
      .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
      .join('.+')}$`,
  );

const check = ({ form, answer }: Example, given: string): void => {
  if (form === 'json') expect(JSON.parse(given)).toEqual(patternOf(JSON.parse(answer)));
  else expect(given).toMatch(wordsOf(answer));
};

test('no example is missed', () => {
  expect(examples.length * 2).toBe(guide.match(/^```\w+$/gm)?.length);
  expect(new Set(examples.map(({ heading }) => heading))).toEqual(
    new Set(
      guide
        .match(/^##+ .+$/gm)!
        .map((line) => line.replace(/^#+ /, ''))
        .filter((heading) => heading !== 'What you have already'),
    ),
  );
});

test.each(examples.map((example, i) => ({ ...example, name: `${i + 1} ${example.heading}` })))(
  'example $name',
  async (example) => {
    if (example.heading !== 'Ask for it') return check(example, await run(example.command));
    // The stores catch up behind the answer.
    await vi.waitFor(async () => check(example, await run(example.command)), {
      timeout: STORED_WITHIN_MS,
      interval: 200,
    });
  },
);
