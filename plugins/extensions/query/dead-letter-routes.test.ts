import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type {
  DeadLetter,
  DeadLetterFilter,
  DeadLetterQueue,
  Principal,
  Scope,
  Violation,
} from '../../../src/sdk/index.ts';
import { capturingLog, componentContext, createTestHost } from '../../../src/testkit/index.ts';
import query from './plugin.ts';

const ID = '019ab000-0000-7000-8000-00000000000a';
const LETTER: DeadLetter = {
  id: ID,
  at: '2026-11-23T10:00:00Z',
  stage: 'exporter',
  code: '22001',
  message: 'too long',
  component: 'postgres',
  tenant: 'acme',
  attempts: 1,
  eventId: 'e-1',
  line: '{"eventId":"e-1","data":{"total":9007199254740993}}',
};

const calls: unknown[] = [];
const queue: DeadLetterQueue = {
  list: async (filter, limit) => {
    calls.push(['list', plain(filter), limit]);
    return filter.tenant === 'acme' && (filter.ids === undefined || filter.ids.has(ID)) ? [LETTER] : [];
  },
  retry: async (filter, options) => {
    calls.push(['retry', plain(filter), options]);
    return [
      { id: ID, status: 'retried' },
      { id: 'b', status: 'refused', code: '22001', message: 'too long' },
    ];
  },
  drop: async (filter, options) => {
    calls.push(['drop', plain(filter), options]);
    return [{ id: ID, status: 'dropped' }];
  },
};
const plain = ({ ids, ...rest }: DeadLetterFilter) => ({ ...rest, ...(ids && { ids: [...ids] }) });

const SCOPES_OF: Readonly<Record<string, readonly Scope[]>> = { acme: ['read', 'replay', 'admin'], reader: ['read'] };
const host = createTestHost();
const log = capturingLog();
const violations: Violation[] = [];
let address = '';

beforeAll(async () => {
  const extension = query.create(query.config.parse({}), {
    ...componentContext(),
    listen: host.listen,
    status: () => ({ ready: true, reasons: [], version: '0', uptimeSeconds: 0, journalBytes: 0, components: [] }),
    authenticator: {
      authenticate: async ({ bearer = '' }, scope) => {
        const scopes = SCOPES_OF[bearer];
        if (scopes === undefined) return { status: 401, code: 'AUTH_MISSING', message: 'a key is needed' };
        if (!scopes.includes(scope)) return { status: 403, code: 'AUTH_SCOPE', message: `lacks ${scope}` };
        return { tenant: 'acme', scopes: new Set(scopes), name: bearer } satisfies Principal;
      },
    },
    log,
    store: undefined,
    deadLetters: queue,
    reportViolation: (violation) => void violations.push(violation),
  });
  address = (await extension.start())[0]!.address;
});
afterAll(() => host.close());
beforeEach(() => {
  calls.length = 0;
  violations.length = 0;
});

const ask = (path: string, key: string | null = 'acme', init: RequestInit = {}): Promise<Response> =>
  fetch(`http://${address}/v1/dead-letters${path}`, {
    ...init,
    headers: { ...init.headers, ...(key !== null && { authorization: `Bearer ${key}` }) },
  });
const post = (path: string, body: unknown, key = 'acme', type = 'application/json'): Promise<Response> =>
  ask(path, key, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': type } });
const codeOf = async (answer: Response): Promise<unknown[]> => [
  answer.status,
  ((await answer.json()) as { code: string }).code,
];

test('lists, with the event byte by byte, and hands the question on for the credential alone', async () => {
  const answer = await ask('?stage=exporter&code=22001&since=2026-11-23T00:00:00Z&limit=5');
  const { line, ...facts } = LETTER;
  const letter = `${JSON.stringify(facts).slice(0, -1)},"event":${line}}`;
  expect([answer.status, await answer.text()]).toEqual([200, `{"deadLetters":[${letter}]}`]);
  const filter = { stage: 'exporter', code: '22001', sinceMs: Date.parse('2026-11-23T00:00:00Z'), tenant: 'acme' };
  expect(calls).toEqual([['list', filter, 5]]);
  expect(await (await ask(`/${ID}`)).text()).toBe(letter);
  expect(await codeOf(await ask('/019ab000-0000-7000-8000-00000000000b'))).toEqual([404, 'QUERY_NOT_FOUND']);
});

test('retries and drops what is selected, and counts what became of it', async () => {
  const retried = await post('/retry', { ids: [ID], code: '22001', dryRun: true });
  expect(await retried.json()).toEqual({
    matched: 2,
    retried: 1,
    dropped: 0,
    refused: 1,
    unavailable: 0,
    notRetriable: 0,
    results: [
      { id: ID, status: 'retried' },
      { id: 'b', status: 'refused', code: '22001', message: 'too long' },
    ],
  });
  expect(await (await post('/drop', { tenant: 'acme' })).json()).toMatchObject({ matched: 1, dropped: 1 });
  expect(calls).toEqual([
    ['retry', { code: '22001', ids: [ID], tenant: 'acme' }, { dryRun: true }],
    ['drop', { tenant: 'acme' }, { dryRun: false }],
  ]);
});

describe('refuses', () => {
  test.each([
    ['no credential', () => ask('', null), 401, 'AUTH_MISSING'],
    ['a retry without its scope', () => post('/retry', {}, 'reader'), 403, 'AUTH_SCOPE'],
    ['a drop without its scope', () => post('/drop', {}, 'reader'), 403, 'AUTH_SCOPE'],
    ['another tenant, to read', () => ask('?tenant=globex'), 403, 'QUERY_TENANT'],
    ['another tenant, of one letter', () => ask(`/${ID}?tenant=globex`), 403, 'QUERY_TENANT'],
    ['another tenant, to retry', () => post('/retry', { tenant: 'globex' }), 403, 'QUERY_TENANT'],
    ['what a page of another origin may send', () => post('/drop', {}, 'acme', 'text/plain'), 415, 'QUERY_NOT_JSON'],
    ['what is no selection', () => post('/drop', { id: ID }), 400, 'QUERY_INVALID'],
    ['a stage that is none', () => ask('?stage=store'), 400, 'QUERY_INVALID'],
    ['a parameter that is none', () => ask('?colour=red'), 400, 'QUERY_INVALID'],
    ['another method', () => ask('/retry', 'acme', { method: 'PUT' }), 405, 'QUERY_METHOD'],
    ['too much', () => post('/drop', { code: 'x'.repeat(1_100_000) }), 413, 'BODY_TOO_LARGE'],
  ])('%s', async (_, asked, status, code) => {
    const answer = await asked();
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await codeOf(answer)).toEqual([status, code]);
    expect(calls).toEqual([]);
    expect(violations.map(({ type, tenant }) => `${type} ${tenant}`)).toEqual(
      code === 'QUERY_TENANT' ? ['cross_tenant_access acme'] : [],
    );
  });
});
