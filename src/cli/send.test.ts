import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import {
  createServer,
  type IncomingHttpHeaders,
  type Server,
  type ServerResponse,
  type IncomingMessage,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { send, type SendArgs, type SendWorld } from './send.ts';
import { silent } from './send/progress.ts';

interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly lines: readonly string[];
}
type Answer = (received: Received, response: ServerResponse) => void;

let folder: string;
let server: Server;
let url: string;
let requests: Received[];
let answer: Answer;
let sleeps: number[];

/** Answers as a collector does: a line that holds `bad` is rejected. */
const collect: Answer = ({ lines }, response) => {
  const results = lines.map((line, index) =>
    line.includes('bad')
      ? {
          index,
          status: 'rejected',
          error: { code: 'EVENT_FIELD_REQUIRED', path: '/category', message: 'is required' },
        }
      : { index, status: 'accepted', eventId: 'x' },
  );
  const rejected = results.filter(({ status }) => status === 'rejected').length;
  const status = rejected === 0 ? 202 : rejected === results.length ? 422 : 207;
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ accepted: results.length - rejected, rejected, results }));
};

const problem =
  (status: number, body: Record<string, unknown> = {}, headers: Record<string, string> = {}): Answer =>
  (_received, response) =>
    void response.writeHead(status, headers).end(JSON.stringify({ status, ...body }));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'send-'));
  requests = [];
  sleeps = [];
  answer = collect;
  const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const lines = (await text(request)).split('\n').filter((line) => line !== '');
    const received = { path: request.url ?? '', headers: request.headers, lines };
    requests.push(received);
    answer(received, response);
  };
  server = createServer((request, response) => void receive(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

const run = async (input: string | Buffer, args: Partial<SendArgs> = {}, world: Partial<SendWorld> = {}) => {
  const out = { stdout: '', stderr: '' };
  const io = {
    stdout: (more: string) => void (out.stdout += more),
    stderr: (more: string) => void (out.stderr += more),
    env: { BETALOGS_API_KEY: 'blk_from-env' },
    cwd: folder,
    columns: 100,
    color: false,
    interactive: false,
  };
  await writeFile(join(folder, 'events.ndjson'), input);
  const code = await send({ file: 'events.ndjson', to: url, json: false, quiet: false, ...args }, io, {
    fetch: (target, request) => fetch(target, request),
    sleep: async (ms) => void sleeps.push(ms),
    random: () => 0,
    stdin: () => Readable.from([Buffer.from('{"a":1}\n')]),
    progress: () => silent,
    nowMs: () => 1000,
    ...world,
  });
  return { code, ...out };
};
const lines = (count: number, line = (i: number) => `{"n":${i}}`): string =>
  Array.from({ length: count }, (_, i) => `${line(i + 1)}\n`).join('');

test('sends every line once, in batches, and tells how many', async () => {
  const { code, stdout, stderr } = await run(lines(1201));
  expect({ code, stdout, stderr }).toEqual({
    code: 0,
    stdout: 'sent 1,201 events: 1,201 accepted, 0 rejected in 0.0 s\n',
    stderr: '',
  });
  expect(requests.map((request) => request.lines.length).toSorted((a, b) => a - b)).toEqual([201, 500, 500]);
  expect(new Set(requests.flatMap((request) => request.lines))).toHaveProperty('size', 1201);
  expect(new Set(requests.map(({ headers }) => headers['idempotency-key']))).toHaveProperty('size', 3);
  expect(requests[0]).toMatchObject({
    path: '/v1/events/batch',
    headers: { 'content-type': 'application/x-ndjson', authorization: 'Bearer blk_from-env' },
  });
});

test('tells the first rejections by the line of the file, blank lines counted', async () => {
  const input = `{"ok":1}\r\n\n{"bad":1}\n   \n{"ok":2}\n${lines(30, () => '{"bad":2}')}`;
  const { code, stdout, stderr } = await run(input, { batch: 2 });
  expect(code).toBe(1);
  expect(stdout).toBe('sent 33 events: 2 accepted, 31 rejected in 0.0 s\n');
  const told = stderr.trimEnd().split('\n');
  expect(told.slice(0, 2)).toEqual([
    'line 3: EVENT_FIELD_REQUIRED at /category: is required',
    'line 6: EVENT_FIELD_REQUIRED at /category: is required',
  ]);
  expect(told).toHaveLength(21);
  expect(told.at(-1)).toBe('and 11 more');
});

describe('the input', () => {
  test.each([
    ['a JSON array', ' [{"n":1},\n {"n":12345678901234567890}]', ['{"n":1}', '{"n":12345678901234567890}']],
    ['no newline at the end', '{"n":1}\n{"n":2}', ['{"n":1}', '{"n":2}']],
    ['a byte order mark', '\uFEFF{"n":1}\n', ['{"n":1}']],
    ['characters across chunks', `{"n":"${'ü🙂'.repeat(40_000)}"}\n`, [`{"n":"${'ü🙂'.repeat(40_000)}"}`]],
    ['nothing', '', []],
    ['blanks', '\n \n', []],
  ])('may be %s', async (_what, input, expected) => {
    expect((await run(input)).code).toBe(0);
    expect(requests.flatMap((request) => request.lines)).toEqual(expected);
  });

  test('may be the standard input', async () => {
    expect((await run('', { file: '-' })).stdout).toBe('sent 1 event: 1 accepted, 0 rejected in 0.0 s\n');
  });

  test('is cut before a request grows beyond what a collector takes', async () => {
    await run(lines(9, (i) => `{"n":"${String(i).repeat(900_000)}"}`));
    expect(requests.map((request) => request.lines.length).toSorted((a, b) => a - b)).toEqual([1, 4, 4]);
  });

  test('that is a broken array fails without a word of it', async () => {
    const { code, stderr } = await run('[{"n":1},{"canary"');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^betalogs send: the input is not valid JSON/);
    expect(stderr).not.toContain('canary');
  });
});

describe('a collector that does not take it now', () => {
  const failing = (times: number, first: Answer): Answer => {
    let left = times;
    return (received, response) => (left-- > 0 ? first(received, response) : collect(received, response));
  };

  test.each([
    [429, { 'retry-after': '3' }, 3000],
    [503, { 'retry-after': '100000' }, 60_000],
    [503, {}, 125],
    [502, { 'retry-after': 'soon' }, 125],
  ])('with %i is asked again with the same key, after its own delay', async (status, headers, delay) => {
    answer = failing(1, problem(status, {}, headers));
    expect((await run(lines(2))).code).toBe(0);
    expect(sleeps).toEqual([delay]);
    expect(requests).toHaveLength(2);
    expect(requests[1]!.headers['idempotency-key']).toBe(requests[0]!.headers['idempotency-key']);
    expect(requests[1]!.lines).toEqual(requests[0]!.lines);
  });

  test('because the connection broke is asked again with the same key', async () => {
    answer = failing(2, (_received, response) => void response.destroy());
    expect((await run(lines(2))).code).toBe(0);
    expect(sleeps).toEqual([125, 250]);
    expect(new Set(requests.map(({ headers }) => headers['idempotency-key']))).toHaveProperty('size', 1);
  });

  test('ever is given up, and what was not delivered is told', async () => {
    answer = problem(503);
    const { code, stdout, stderr } = await run(lines(2));
    expect(code).toBe(1);
    expect(requests).toHaveLength(10);
    expect(stdout).toBe('sent 2 events: 0 accepted, 0 rejected, 2 undelivered in 0.0 s\n');
    expect(stderr).toContain('the collector answered 503, 10 times');
  });
});

test('what holds for every batch stops the rest', async () => {
  answer = problem(401, { code: 'AUTH_INVALID', title: 'No valid credential' });
  const { code, stdout, stderr } = await run(lines(100), { batch: 10 });
  expect(code).toBe(1);
  expect(requests.length).toBeLessThanOrEqual(2);
  expect(stderr).toContain('AUTH_INVALID: No valid credential; the rest was not sent');
  expect(stdout).toMatch(/0 accepted, 0 rejected, \d+ undelivered/);
});

test('a batch that is refused as a whole does not stop the others', async () => {
  answer = (received, response) =>
    received.lines.some((line) => line.includes('bad'))
      ? problem(413, { code: 'BODY_TOO_LARGE', title: 'Too large' })(received, response)
      : collect(received, response);
  const { code, stdout, stderr } = await run('{"n":1}\n{"bad":2}\n{"n":3}\n', { batch: 1 });
  expect(code).toBe(1);
  expect(stdout).toContain('sent 3 events: 2 accepted, 1 rejected');
  expect(stderr).toBe('line 2: BODY_TOO_LARGE: Too large\n');
});

test('an answer that tells less than was asked is no success', async () => {
  answer = (_received, response) => void response.writeHead(202).end('{"results":[]}');
  expect((await run(lines(2))).code).toBe(1);
});

test('a redirect is not followed, so that the key goes nowhere else', async () => {
  answer = problem(307, {}, { location: '/elsewhere' });
  expect((await run(lines(1))).code).toBe(1);
  expect(requests).toHaveLength(1);
});

test('--json is one document on stdout and nothing else', async () => {
  const { code, stdout, stderr } = await run('{"n":1}\n{"bad":1}\n', { json: true });
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  expect(JSON.parse(stdout)).toEqual({
    ...{ sent: 2, accepted: 1, duplicate: 0, filtered: 0, rejected: 1, undelivered: 0, seconds: 0 },
    rejections: [{ line: 2, code: 'EVENT_FIELD_REQUIRED', path: '/category', message: 'is required' }],
  });
});

test('the key may stand in a file', async () => {
  await writeFile(join(folder, 'key'), 'blk_from-file\n');
  await run(lines(1), { apiKeyFile: 'key' });
  expect(requests[0]!.headers.authorization).toBe('Bearer blk_from-file');
});

test.each<[Partial<SendArgs>, string]>([
  [{ file: 'none.ndjson' }, 'none.ndjson: ENOENT'],
  [{ file: '.' }, '.: is a directory'],
  [{ to: 'localhost:4319' }, '--to: expected a URL'],
  [{ batch: 0 }, '--batch: expected a number from 1 to 1000'],
  [{ batch: Number.NaN }, '--batch: expected a number from 1 to 1000'],
  [{ apiKeyFile: 'none' }, '--api-key-file: '],
])('%j is bad usage', async (args, message) => {
  const { code, stderr } = await run(lines(1), args);
  expect(code).toBe(2);
  expect(stderr).toContain(`betalogs send: ${message}`);
  expect(requests).toEqual([]);
});
