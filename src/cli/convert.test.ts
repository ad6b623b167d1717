import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CanonicalEvent } from '../event/schema.ts';
import { SECURITY_CASES } from '../mapping/cloudtrail/fixtures/security-cases.ts';
import { call } from '../mapping/cloudtrail/fixtures/record.ts';
import { SYSTEM_CASES } from '../mapping/cloudtrail/fixtures/system-cases.ts';
import { fakeClock } from '../testkit/index.ts';
import { convert, type ConvertArgs, type ConvertWorld } from './convert.ts';

const ROOT = new URL('../..', import.meta.url).pathname;
const DEFAULT = join(ROOT, 'config/default.yaml');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convert-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly events: readonly CanonicalEvent[];
}
type Extra = Partial<ConvertArgs> & { readonly env?: Record<string, string>; readonly world?: Partial<ConvertWorld> };

const run = async (from: string, input: string, { env = {}, world = {}, ...args }: Extra = {}): Promise<Ran> => {
  const out = { stdout: '', stderr: '' };
  const io = {
    stdout: (more: string) => void (out.stdout += more),
    stderr: (more: string) => void (out.stderr += more),
    env,
    cwd: folder,
    columns: 100,
    color: false,
    interactive: false,
  };
  await writeFile(join(folder, 'input'), input);
  const globals = { configs: [DEFAULT], sets: [], json: false, quiet: false };
  const code = await convert({ ...globals, file: 'input', from, ...args }, io, {
    clock: fakeClock({ seconds: 1_795_000_000, nanos: 0 }),
    stdin: async function* () {
      yield Buffer.from(input);
    },
    writeBytes: (bytes) => void (out.stdout += Buffer.from(bytes).toString()),
    drained: async () => {},
    ...world,
  });
  const isJson = args.to === undefined || args.to === 'json';
  return { code, ...out, events: isJson ? linesOf(out.stdout).map((line) => JSON.parse(line) as CanonicalEvent) : [] };
};
const linesOf = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '');
const refusalsOf = ({ stderr }: Ran): readonly unknown[] =>
  linesOf(stderr)
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as unknown);

const native = (n: number, rest: object = {}): string =>
  JSON.stringify({
    category: 'business',
    action: 'checkout_started',
    actor: { id: `u-${n}` },
    object: { type: 'order', id: `o-${n}` },
    timestamp: '2026-11-18T11:00:00Z',
    ...rest,
  });

describe('native', () => {
  test('becomes canonical NDJSON, in order, through all processors', async () => {
    const ran = await run(
      'native',
      `${native(1, { sourceEventId: 'e-1', data: { orderId: 'o-1', password: 'pw-secret' } })}\n${native(2)}\n`,
    );
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.events.map(({ object }) => object?.id)).toEqual(['o-1', 'o-2']);
    expect(ran.events[0]).toMatchObject({
      schemaVersion: '1.0',
      tenantId: 'default',
      outcome: 'pending',
      correlation: { method: 'business_key' },
      source: { kind: 'api', eventId: 'e-1' },
      receivedAt: '2026-11-18T11:06:40Z',
      processing: { redactions: [{ path: '/data/password', method: 'drop' }] },
    });
    expect(ran.stdout).not.toContain('pw-secret');
  });

  test.each([
    ['an array', `[${native(1)},${native(2)}]`],
    ['an array over lines', `[\n${native(1)},\n${native(2)}\n]`],
    ['{"events": […]}', `{"events":[${native(1)},${native(2)}]}`],
    ['the standard input', `${native(1)}\n${native(2)}`],
  ])('may be %s', async (what, input) => {
    const ran = await run('native', input, what === 'the standard input' ? { file: '-' } : {});
    expect(ran.events.map(({ object }) => object?.id)).toEqual(['o-1', 'o-2']);
  });

  test('a refusal is one JSON line with the line of the file; the rest goes on', async () => {
    const input = [native(1), '', native(2, { category: 'sales' }), '{"a":', '7', native(3)].join('\n');
    const ran = await run('native', input);
    expect(ran.code).toBe(1);
    expect(ran.events).toHaveLength(2);
    expect(refusalsOf(ran)).toEqual([
      {
        line: 3,
        code: 'EVENT_FIELD_ENUM',
        path: '/category',
        message: expect.stringContaining('must be one of') as unknown,
      },
      { line: 4, code: 'JSON_SYNTAX', path: '', message: expect.stringContaining('is not valid JSON') as unknown },
      { line: 5, code: 'EVENT_FIELD_TYPE', path: '', message: 'must be an object' },
    ]);
    expect(linesOf(ran.stderr)).toHaveLength(3);
  });

  test('all that is wrong with an event is in its one line', async () => {
    const ran = await run('native', native(1, { actor: { id: 1 }, object: 'x', category: 'business' }));
    expect(refusalsOf(ran)).toEqual([
      {
        line: 1,
        code: 'EVENT_FIELD_TYPE',
        path: '/actor/id',
        message: 'must be a string (and 1 more: EVENT_FIELD_TYPE at /object)',
      },
    ]);
  });

  test('in a document it is told by its position', async () => {
    const ran = await run('native', `[\n${native(1)},\n\n{"category":"business"}]`);
    expect(refusalsOf(ran)).toMatchObject([{ line: 2, code: 'EVENT_FIELD_REQUIRED' }]);
  });

  test('a name that the sender gave makes the same id each time', async () => {
    const ids = await Promise.all(
      [1, 2].map(async () => (await run('native', native(1, { sourceEventId: 'e' }))).events[0]!.eventId),
    );
    expect(ids[0]).toBe(ids[1]);
  });
});

describe('cloudtrail', () => {
  const cases = [...SYSTEM_CASES, ...SECURITY_CASES];

  test('every record of the table becomes the event that it should', async () => {
    const records = cases.map(([, record], i) =>
      'eventID' in record ? { ...record, eventID: `e-${i}`, eventTime: '2026-03-02T09:14:33Z' } : record,
    );
    const ran = await run('cloudtrail', JSON.stringify({ Records: records }));
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.events).toHaveLength(cases.length);
    for (const [i, [, , expected]] of cases.entries())
      expect(ran.events[i]).toMatchObject({
        category: expected['category'],
        action: expected['action'],
        outcome: expected['outcome'] ?? 'unknown',
      });
    expect(ran.stdout).not.toMatch(/(AKIA|ASIA)[A-Z0-9]{16}/);
    expect(ran.stdout).toContain('"accessKeyId":"hash:');
  });

  test('refused and ignored records are told by their position', async () => {
    const digest = { awsAccountId: '1', digestStartTime: 't', logFiles: [] };
    const ran = await run(
      'cloudtrail',
      JSON.stringify({ Records: [call('s3', 'GetObject'), { eventName: 'X' }, digest] }),
    );
    expect(ran.code).toBe(1);
    expect(refusalsOf(ran)).toEqual([
      { line: 2, code: 'EVENT_FIELD_REQUIRED', path: '/eventSource', message: 'is required' },
      { line: 3, code: 'NOT_MAPPED', path: '', message: 'is of a type that is neither mapped nor kept' },
    ]);
  });

  test('payloads that are ignored are no failure', async () => {
    const ran = await run('cloudtrail', '{"awsAccountId":"1","digestStartTime":"t","logFiles":[]}');
    expect({ code: ran.code, stdout: ran.stdout }).toEqual({ code: 0, stdout: '' });
    expect(refusalsOf(ran)).toMatchObject([{ line: 1, code: 'NOT_MAPPED' }]);
  });

  test('records may come one a line', async () => {
    const line = JSON.stringify(call('s3', 'GetObject'));
    expect((await run('cloudtrail', `${line}\n${line}\n`)).events).toHaveLength(2);
  });
});

describe('otlp-json', () => {
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] };
  const logs = (name: string) => ({
    resourceLogs: [
      { resource, scopeLogs: [{ logRecords: [{ timeUnixNano: '1794999600000000000', eventName: name }] }] },
    ],
  });
  const spans = {
    resourceSpans: [
      { resource, scopeSpans: [{ spans: [{ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), name: 's', kind: 1 }] }] },
    ],
  };

  test.each([
    ['one document', JSON.stringify(logs('a'), null, 2), ['x.a']],
    ['one a line', `${JSON.stringify(logs('a'))}\n${JSON.stringify(logs('b'))}\n`, ['x.a', 'x.b']],
    ['an array', JSON.stringify([logs('a'), logs('b')]), ['x.a', 'x.b']],
  ])('%s', async (_name, input, actions) => {
    const ran = await run('otlp-json', input);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.events.map(({ action }) => action)).toEqual(actions);
  });

  test('the same bytes are the same event', async () => {
    const ids = await Promise.all(
      [1, 2].map(async () => (await run('otlp-json', JSON.stringify(logs('a')))).events[0]!.eventId),
    );
    expect(ids[0]).toBe(ids[1]);
  });

  test('spans that are no events, and metrics, are ignored', async () => {
    const ran = await run('otlp-json', `${JSON.stringify(spans)}\n{"resourceMetrics":[]}\n`);
    expect(ran.code).toBe(0);
    expect(refusalsOf(ran)).toMatchObject([
      { line: 1, code: 'NOT_MAPPED', message: 'is ignored: span_not_an_event' },
      { line: 2, code: 'NOT_MAPPED' },
    ]);
  });

  test.each(['{"resourceLogs":1}', '{}', '"text"'])('%s is refused', async (input) => {
    const ran = await run('otlp-json', input);
    expect(ran.code).toBe(1);
    expect(refusalsOf(ran)).toMatchObject([{ line: 1, code: 'OTLP_MALFORMED' }]);
  });
});

test('a GitHub payload without its type is refused, with what to do', async () => {
  const ran = await run('github', '{"zen":"x"}');
  expect(ran.code).toBe(1);
  expect(refusalsOf(ran)).toMatchObject([{ line: 1, code: 'EVENT_FIELD_REQUIRED', path: '/event' }]);
});

describe('the configuration', () => {
  const yaml = (processors: string) => `
receivers: { http: { endpoint: 127.0.0.1:0 } }
processors: { ${processors} }
exporters: { debug: }
service: { pipelines: { events: { receivers: [http], processors: [validate, normalize, tenant_filter], exporters: [debug] } } }
`;

  test("its first pipeline's processors are those that run", async () => {
    const rules = '{ rules: [{ name: no_checkouts, when: { action: checkout_started }, then: drop }] }';
    await writeFile(join(folder, 'own.yaml'), yaml(`validate: , normalize: , tenant_filter: ${rules}`));
    const ran = await run(
      'native',
      `${native(1, { data: { password: 'stays' } })}\n${native(2, { action: 'payment_authorized', data: { password: 'stays' } })}`,
      { configs: ['own.yaml'] },
    );
    expect(ran.code).toBe(0);
    expect(ran.stderr).toBe('line 1: filtered by the configuration: no_checkouts\n');
    expect(ran.events.map(({ data }) => data?.['password'])).toEqual(['stays']);
  });

  test('--set reaches it, and what is wrong with it exits with 2', async () => {
    expect(
      refusalsOf(await run('native', native(1, { odd: 1 }), { sets: ['processors.validate.unknown_fields=strict'] })),
    ).toMatchObject([{ code: 'EVENT_FIELD_UNKNOWN', path: '/odd' }]);
    expect(await run('native', native(1), { sets: ['processors.validate.odd=1'] })).toMatchObject({
      code: 2,
      stdout: '',
    });
  });
});

describe('no state', () => {
  test('no folder is made', async () => {
    await run('native', native(1), { dataDir: 'data' });
    expect(await readdir(folder)).toEqual(['input']);
  });

  test('keys are those of the file, else of the run', async () => {
    await writeFile(join(folder, 'keys'), `${'ab'.repeat(32)}\n`, { mode: 0o600 });
    const hashOf = async (env?: Record<string, string>) =>
      (await run('native', native(1, { sourceEventId: 'e' }), env === undefined ? {} : { env })).events[0]!.integrity
        .fingerprint;
    const env = { BETALOGS_KEYS_FILE: 'keys' };
    expect(await hashOf(env)).toBe(await hashOf(env));
    expect(await hashOf()).not.toBe(await hashOf());
  });

  test('a keys file that is named and not there is bad usage, and is not made', async () => {
    const ran = await run('native', native(1), { env: { BETALOGS_KEYS_FILE: 'none' } });
    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(/^betalogs convert: .*none: there is no such keys file\n$/);
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });
});

describe('--to', () => {
  test('native: converted again it is the same event but for what the edge adds', async () => {
    const { stdout, code } = await run('cloudtrail', JSON.stringify(call('s3', 'GetObject')), { to: 'native' });
    expect(code).toBe(0);
    const again = await run('native', stdout);
    const [first] = (await run('cloudtrail', JSON.stringify(call('s3', 'GetObject')))).events;
    const said = ({
      eventId,
      category,
      action,
      outcome,
      actor,
      service,
      data,
      correlation: { correlationId },
    }: CanonicalEvent) => ({
      eventId,
      category,
      action,
      outcome,
      actor,
      service,
      correlationId,
      request: data?.['tlsDetails'],
    });
    expect(said(again.events[0]!)).toEqual(said(first!));
  });

  test('json is another name of canonical', async () => {
    const input = native(1, { sourceEventId: 'e' });
    const env = { BETALOGS_KEYS_FILE: 'keys' };
    await writeFile(join(folder, 'keys'), `${'ab'.repeat(32)}\n`, { mode: 0o600 });
    expect((await run('native', input, { to: 'json', env })).stdout).toBe((await run('native', input, { env })).stdout);
  });
});

test('a file of many lines is handed on as it is read, and waits for a slow reader', async () => {
  let given = 0;
  let written = 0;
  const stdin = async function* (): AsyncGenerator<Uint8Array> {
    for (; given < 3000; given++) yield Buffer.from(`${native(given)}\n`);
  };
  let waits = 0;
  const drained = async (): Promise<void> => {
    waits++;
    written++;
    expect(given - written).toBeLessThanOrEqual(2);
  };
  const ran = await run('native', '', { file: '-', quiet: true, world: { stdin, drained } });
  expect(ran.events).toHaveLength(3000);
  expect(waits).toBe(3000);
});

test.each<[Extra & { from?: string }, string]>([
  [{ file: 'none' }, 'none: ENOENT'],
  [{ file: '.' }, '.: is a directory'],
  [{ from: 'csv' }, '--from: expected one of native, otlp-json, cloudevents, cdevents, github, cloudtrail'],
  [{ from: '' }, '--from: expected one of'],
  [{ to: 'xml' }, '--to: expected one of canonical, json, native, cloudevents, otlp-json, protobuf'],
])('%j is bad usage', async ({ from = 'native', ...args }, message) => {
  const ran = await run(from, native(1), args);
  expect(ran).toMatchObject({ code: 2, stdout: '' });
  expect(ran.stderr).toContain(`betalogs convert: ${message}`);
});
