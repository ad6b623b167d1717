import { expect, test } from 'vitest';
import { capturingLog, exampleEvents } from '../../../src/testkit/index.ts';
import type { Answer, Connection, Request } from './connect.ts';
import { sourcesOf } from './hits.ts';
import { createReader } from './reader.ts';
import { filtersOf, searchBody } from './select.ts';

test('the sources of an answer, as they stand in it', () => {
  const sources = [
    '{"a":"\\"_source\\":{","b":{"_source":{"c":"}"}},"n":9007199254740993}',
    '{}',
    '{"k\\\\":"x\\\\","{":1}',
    '{"open{":"{{[","x":{}}',
  ];
  const hits = sources.map((source) => `{"_index":"act-2026.11","_id":"x","_source":${source},"sort":[1,"x"]}`);
  expect(sourcesOf(`{"took":1,"hits":{"hits":[${hits.join(',')}]}}`)).toEqual(sources);
  expect(sourcesOf('{"took":1,"hits":{"hits":[]}}')).toEqual([]);
});

test('the tenant is in every query, and every digit of the nanoseconds', () => {
  const body = searchBody('acme', filtersOf({ sinceNs: 1_795_000_000_123_456_789n, untilNs: 2n ** 70n })!, {
    limit: 5,
    after: { timestampNs: -(2n ** 70n), eventId: '"' },
  });
  expect(JSON.parse(body)).toMatchObject({ query: { bool: { filter: [{ term: { tenantId: 'acme' } }, {}, {}] } } });
  expect(body).toContain('"gte":1795000000123456789');
  expect(body).toContain('"lt":9223372036854775807');
  expect(body).toContain('"search_after":[-9223372036854775808,"\\""]');
});

/** Answers searches with what is put in, as a store that ignores the query would. */
const storeOf = (answer: (request: Request) => Answer) => {
  const asked: Request[] = [];
  const connection: Connection = {
    ask: async (request) => {
      asked.push(request);
      return answer(request);
    },
    close: async () => {},
  };
  return { connection, asked };
};
const found = (lines: readonly string[]): Answer => ({
  status: 200,
  text: `{"hits":{"hits":[${lines.map((line) => `{"_source":${line}}`).join(',')}]}}`,
});

test("a hit that is another tenant's never leaves, and is told to the log", async () => {
  const events = exampleEvents(4, (i) => ({ tenantId: i % 2 === 0 ? 'acme' : 'globex', description: 'canary' }));
  const { connection } = storeOf(() => found(events.map((event) => JSON.stringify(event))));
  const log = capturingLog();
  const reader = createReader(connection, 'act-', log);
  const { lines } = await reader.query('acme', {}, { limit: 10 });
  expect(lines.map(({ eventId }) => eventId)).toEqual([events[0]!.eventId, events[2]!.eventId]);
  expect(await reader.event('initech', events[0]!.eventId)).toBeUndefined();
  expect(log.lines.length).toBeGreaterThan(0);
  expect(log.lines.join()).not.toContain('canary');
});

test('a tenant that is none is not asked for', async () => {
  const { connection, asked } = storeOf(() => found([]));
  const reader = createReader(connection, 'act-', capturingLog());
  for (const tenant of ['', '*', 'a,b', 'a b', '../x', 'a&routing=b', '_all']) {
    expect(await reader.query(tenant, {}, { limit: 10 })).toEqual({ lines: [], more: false });
  }
  expect(asked).toEqual([]);
});

test('a large page is read in parts, and ends early where its events are large', async () => {
  const sizes: number[] = [];
  const line = (text: string): string => JSON.stringify(exampleEvents(1, () => ({ description: text }))[0]);
  const answering = (text: string) =>
    storeOf(({ body }) => {
      const { size } = JSON.parse(body!) as { size: number };
      sizes.push(size);
      return found(Array.from({ length: size }, () => line(text)));
    }).connection;
  const small = await createReader(answering('x'), 'act-', capturingLog()).query('acme', {}, { limit: 450 });
  expect([small.lines.length, small.more, sizes]).toEqual([450, true, [200, 200, 51]]);
  const large = await createReader(answering('x'.repeat(200_000)), 'act-', capturingLog()).query(
    'acme',
    {},
    { limit: 1000 },
  );
  expect(large.lines.length).toBeLessThan(50);
  expect(large.more).toBe(true);
});

test('a store that cannot answer in full rejects', async () => {
  const { connection } = storeOf(() => ({
    status: 503,
    text: '{"error":{"type":"search_phase_execution_exception"}}',
  }));
  await expect(createReader(connection, 'act-', capturingLog()).query('acme', {}, { limit: 1 })).rejects.toThrow(
    'opensearch cannot be read: answered 503 (search_phase_execution_exception)',
  );
});
