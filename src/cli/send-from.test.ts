import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { call } from '../mapping/cloudtrail/fixtures/record.ts';
import { send, type SendArgs } from './send.ts';
import { silent } from './send/progress.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'send-from-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const run = async (input: string, args: Partial<SendArgs>) => {
  const out = { stdout: '', stderr: '', posted: [] as unknown[] };
  const io = {
    stdout: (more: string) => void (out.stdout += more),
    stderr: (more: string) => void (out.stderr += more),
    env: {},
    cwd: folder,
    columns: 100,
    color: false,
    interactive: false,
  };
  await writeFile(join(folder, 'input'), input);
  const code = await send({ file: 'input', json: false, quiet: false, ...args }, io, {
    fetch: async (_url, { body }) => {
      const lines = (body as string).trimEnd().split('\n');
      out.posted.push(...lines.map((line) => JSON.parse(line) as unknown));
      const results = lines.map((_, index) => ({ index, status: 'accepted', eventId: 'x' }));
      return Response.json({ results }, { status: 202 });
    },
    sleep: async () => {},
    random: () => 0,
    stdin: async function* () {
      yield Buffer.from(input);
    },
    progress: () => silent,
    nowMs: () => 0,
  });
  return { code, ...out };
};

test('records are mapped before they are posted, and keep the names that they have', async () => {
  const records = [call('s3', 'GetObject', { eventID: 'e-1' }), call('s3', 'PutObject', { eventID: 'e-2' })];
  const ran = await run(JSON.stringify({ Records: records }), { from: 'cloudtrail' });
  expect(ran).toMatchObject({ code: 0, stdout: 'sent 2 events: 2 accepted, 0 rejected in 0.0 s\n', stderr: '' });
  expect(ran.posted).toMatchObject([
    { action: 'x.aws.s3.get_object', sourceEventId: 'e-1', source: { name: 'cloudtrail', kind: 'cloudtrail' } },
    { action: 'x.aws.s3.put_object', sourceEventId: 'e-2' },
  ]);
  expect((await run(JSON.stringify({ Records: records }), { from: 'cloudtrail' })).posted).toEqual(ran.posted);
});

test('what is refused or ignored in mapping is counted, told by its position, and not posted', async () => {
  const digest = { digestStartTime: 't', logFiles: [] };
  const ran = await run(JSON.stringify([{ eventName: 'X' }, digest, call('s3', 'GetObject')]), { from: 'cloudtrail' });
  expect(ran).toMatchObject({
    code: 1,
    stdout: 'sent 3 events: 1 accepted, 1 filtered, 1 rejected in 0.0 s\n',
    stderr: 'line 1: EVENT_FIELD_REQUIRED at /eventSource: is required\n',
  });
  expect(ran.posted).toHaveLength(1);
});

test('OTLP carries its derived ids, so that a second send is the same events', async () => {
  const record = { timeUnixNano: '1794999600000000001', eventName: 'a' };
  const request = JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] });
  const [first, second] = [await run(request, { from: 'otlp-json' }), await run(request, { from: 'otlp-json' })];
  expect(first.posted).toMatchObject([
    {
      action: 'x.a',
      timestamp: '2026-11-18T11:00:00.000000001Z',
      sourceEventId: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
    },
  ]);
  expect(second.posted).toEqual(first.posted);
});

test('native is posted as it stands', async () => {
  expect((await run('{"a":1}\n{"b":2}\n', { from: 'native' })).posted).toEqual([{ a: 1 }, { b: 2 }]);
});

test('a form that there is not is bad usage', async () => {
  const ran = await run('', { from: 'csv' });
  expect(ran).toMatchObject({ code: 2, posted: [] });
  expect(ran.stderr).toContain('betalogs send: --from: expected one of native,');
});
