import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  QUERY_PARAMETERS,
  type EventQueries,
  type ExtensionContext,
  type Principal,
  type Refusal,
  type Violation,
} from '../../../src/sdk/index.ts';
import {
  capturingLog,
  componentContext,
  createTestHost,
  declarationProblems,
  exampleEvent,
  extensionSuite,
} from '../../../src/testkit/index.ts';
import { openApi } from './openapi.ts';
import query from './plugin.ts';

const TRACE = 'ab'.repeat(16);
const EVENT = exampleEvent({ description: 'big' });
// As sealed: an integer that JSON.parse would round.
const LINE = JSON.stringify(EVENT).replace('"total":59.9', '"total":9007199254740993');
const RECORD = { line: LINE, event: EVENT };

const asked: unknown[] = [];
/** Holds one event, of the tenant acme. */
const store: EventQueries = {
  query: async (request) => {
    asked.push(request);
    if (request.cursor === 'bad') return { code: 'CURSOR_INVALID', message: 'not yours' };
    if (request.filter.action === 'x.broken') throw new Error('SQLite: SQLITE_IOERR (10)');
    return { events: request.tenant === 'acme' ? [RECORD] : [], next: 'next-cursor' };
  },
  event: async (tenant, id) => (tenant === 'acme' && id === EVENT.eventId ? RECORD : undefined),
  trace: async (tenant, id) => (tenant === 'acme' && id === TRACE ? { events: [RECORD], truncated: false } : undefined),
  correlation: async (tenant, id) =>
    tenant === 'acme' && id === 'c 1/ü'
      ? {
          events: [{ ...RECORD, linkedBy: { kind: 'link', correlationId: id, type: 'orderId' } }],
          links: [],
          truncated: true,
        }
      : undefined,
  close: async () => {},
};

const KEYS: Readonly<Record<string, Principal | Refusal>> = {
  acme: { tenant: 'acme', scopes: new Set(['read']), name: 'blk_acme' },
  globex: { tenant: 'globex', scopes: new Set(['read']), name: 'blk_globex' },
  writer: { status: 403, code: 'AUTH_SCOPE', message: 'the key may not read' },
};
const log = capturingLog();
const scopes: string[] = [];
const violations: Violation[] = [];
const context: Partial<ExtensionContext> = {
  log,
  store,
  authenticator: {
    authenticate: async ({ bearer }, scope) => {
      scopes.push(scope);
      return KEYS[bearer ?? ''] ?? { status: 401, code: 'AUTH_MISSING', message: 'a key is needed' };
    },
  },
};

extensionSuite(query, { context });

describe('query', () => {
  const host = createTestHost();
  let address = '';
  let endpointName = '';
  beforeAll(async () => {
    const extension = query.create(query.config.parse({}), {
      ...componentContext(),
      listen: host.listen,
      status: () => ({ ready: true, reasons: [], version: '0', uptimeSeconds: 0, journalBytes: 0, components: [] }),
      authenticator: context.authenticator!,
      log,
      store,
      reportViolation: (violation) => void violations.push(violation),
    });
    const [endpoint] = await extension.start();
    endpointName = endpoint!.name;
    address = endpoint!.address;
  });
  afterAll(() => host.close());

  const ask = (path: string, key: string | null = 'acme', init: RequestInit = {}): Promise<Response> =>
    fetch(`http://${address}${path}`, {
      ...init,
      headers: key === null ? {} : { authorization: `Bearer ${key}` },
    });
  const statusAndCode = async (answer: Response): Promise<unknown[]> => {
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    return [answer.status, ((await answer.json()) as { code: string }).code];
  };

  test('is declared as it should be', async () => {
    expect(await declarationProblems(query, import.meta.dirname)).toEqual([]);
    expect(endpointName).toBe('query');
  });

  test.each([
    ['/v1/events', `{"events":[${LINE}],"next":"next-cursor"}`],
    [`/v1/events/${EVENT.eventId}`, LINE],
    [`/v1/traces/${TRACE}`, `{"traceId":"${TRACE}","events":[${LINE}]}`],
    [`/v1/traces/${TRACE.toUpperCase()}`, `{"traceId":"${TRACE}","events":[${LINE}]}`],
    [
      `/v1/correlations/${encodeURIComponent('c 1/ü')}`,
      `{"correlationId":"c 1/ü","events":[${LINE.slice(0, -1)},"linkedBy":{"kind":"link","correlationId":"c 1/ü","type":"orderId"}}],"links":[],"truncated":true}`,
    ],
  ])('%s answers what is stored, byte by byte', async (path, body) => {
    const answer = await ask(path);
    expect([answer.status, await answer.text()]).toEqual([200, body]);
    expect(answer.headers.get('content-type')).toBe('application/json');
  });

  test('hands the question on: the tenant of the credential, filter, limit, cursor', async () => {
    asked.length = 0;
    await ask('/v1/events?tenant=acme&actor=u-1&limit=7&cursor=abc&since=2026-11-23T10:00:00Z');
    expect(asked).toEqual([
      { tenant: 'acme', filter: { actor: 'u-1', sinceNs: 1_795_428_000_000_000_000n }, limit: 7, cursor: 'abc' },
    ]);
    expect(new Set(scopes)).toEqual(new Set(['read']));
  });

  describe('tenants', () => {
    test.each([
      `/v1/events/${EVENT.eventId}`,
      `/v1/traces/${TRACE}`,
      `/v1/correlations/${encodeURIComponent('c 1/ü')}`,
    ])('what belongs to another does not exist: %s', async (path) => {
      const [foreign, absent] = [await ask(path, 'globex'), await ask('/v1/events/none', 'globex')];
      expect(await foreign.text()).toBe(await absent.text());
      expect([foreign.status, absent.status]).toEqual([404, 404]);
    });
    test.each([
      '/v1/events?tenant=acme',
      '/v1/events?tenant=globex&tenant=acme',
      '/v1/events?tenant=',
      `/v1/traces/${TRACE}?tenant=acme`,
      `/v1/events/${EVENT.eventId}?tenant=acme`,
    ])('another one named is refused: %s', async (path) => {
      violations.length = 0;
      expect(await statusAndCode(await ask(path, 'globex'))).toEqual([403, 'QUERY_TENANT']);
      const request = { method: 'GET', path: path.split('?')[0], statusCode: 403 };
      const by = { tenant: 'globex', principal: 'blk_globex', component: 'under_test' };
      expect(violations).toEqual([{ type: 'cross_tenant_access', ...by, request }]);
    });
    test('no header names one', async () => {
      const headers = { authorization: 'Bearer globex', 'x-tenant-id': 'acme', 'x-scope-orgid': 'acme' };
      const answer = await fetch(`http://${address}/v1/events`, { headers });
      expect(await answer.json()).toEqual({ events: [], next: 'next-cursor' });
    });
  });

  test.each<[string, string | null, number, string]>([
    ['/v1/events', null, 401, 'AUTH_MISSING'],
    ['/v1/events', 'unknown', 401, 'AUTH_MISSING'],
    ['/v1/events', 'writer', 403, 'AUTH_SCOPE'],
    ['/v1/nothing', null, 401, 'AUTH_MISSING'],
    ['/v1/nothing', 'acme', 404, 'QUERY_NOT_FOUND'],
    ['/nothing', null, 404, 'QUERY_NOT_FOUND'],
    ['/v1/events?limit=0', 'acme', 400, 'QUERY_INVALID'],
    ['/v1/events?cursor=bad', 'acme', 400, 'QUERY_INVALID'],
    ['/v1/events?actoor=x', 'acme', 400, 'QUERY_INVALID'],
    ['/v1/events/none', 'acme', 404, 'QUERY_NOT_FOUND'],
    [`/v1/events/${'x'.repeat(300)}`, 'acme', 404, 'QUERY_NOT_FOUND'],
    ['/v1/traces/xyz', 'acme', 404, 'QUERY_NOT_FOUND'],
    ['/v1/correlations/none', 'acme', 404, 'QUERY_NOT_FOUND'],
    ['/v1/events?action=x.broken', 'acme', 503, 'QUERY_STORE_FAILED'],
  ])('%s with key %s is %i %s', async (path, key, status, code) => {
    const answer = await ask(path, key);
    expect(await statusAndCode(answer)).toEqual([status, code]);
  });

  test('says what is wrong with a question, and what was meant', async () => {
    const body = (await (await ask('/v1/events?actoor=CANARY&limit=CANARY')).json()) as { errors: unknown };
    expect(body.errors).toEqual([
      { code: 'QUERY_PARAMETER_UNKNOWN', path: '', message: 'a parameter is unknown; did you mean "actor"?' },
      { code: 'QUERY_PARAMETER_INVALID', path: '/limit', message: 'expected 1 to 1000' },
    ]);
  });

  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('%s is 405', async (method) => {
    const answer = await ask('/v1/events', 'acme', { method });
    expect([...(await statusAndCode(answer)), answer.headers.get('allow')]).toEqual([405, 'QUERY_METHOD', 'GET, HEAD']);
  });

  test('HEAD answers as GET does, without the body', async () => {
    const answer = await ask('/v1/events', 'acme', { method: 'HEAD' });
    expect([answer.status, await answer.text()]).toEqual([200, '']);
  });

  test.each(['/v1/events', '/v1/events?limit=0', '/nothing', '/openapi.json'])('%s: nobody keeps, frames or runs it', async (path) => {
    const { headers } = await ask(path);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('access-control-allow-origin')).toBeNull();
  }); // prettier-ignore

  test.each([['/v1/events/%'], ['/v1/events/%ff%00'], ['/v1/events?action=%'], ['//'], ['/v1/../v1/events/x']])(
    'an odd address is answered, and not with a fault: %s',
    async (path) => {
      const status = await new Promise<number | undefined>((resolve, reject) => {
        const [hostname, port] = address.split(':');
        httpRequest({ hostname, port, path, headers: { authorization: 'Bearer acme' } }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        })
          .on('error', reject)
          .end();
      });
      expect(status).toBeLessThan(500);
    },
  );

  test('an address that is none is a problem', async () => {
    const [hostname, port] = address.split(':');
    const socket = connect(Number(port), hostname);
    socket.end('GET /v1/events HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n');
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    expect(text).toMatch(/^HTTP\/1.1 400 /);
  });

  test('logs neither questions nor events', () => {
    expect(log.lines.join('\n')).not.toMatch(/CANARY|u-1|checkout_started/);
    expect(log.lines.filter((line) => line.includes('another tenant')).length).toBeGreaterThan(0);
  });

  test('without a store that can be read it says so', async () => {
    const bare = createTestHost();
    const extension = query.create(query.config.parse({}), {
      ...componentContext(),
      listen: bare.listen,
      status: () => ({ ready: true, reasons: [], version: '0', uptimeSeconds: 0, journalBytes: 0, components: [] }),
      authenticator: context.authenticator!,
      store: undefined,
    });
    const [endpoint] = await extension.start();
    const answer = await fetch(`http://${endpoint!.address}/v1/events`, { headers: { authorization: 'Bearer acme' } });
    expect(await statusAndCode(answer)).toEqual([503, 'QUERY_NO_STORE']);
    await bare.close();
  });

  describe('openapi.json', () => {
    type Operation = { tags: string[]; operationId: string; responses: Record<string, unknown> };
    const operations = Object.entries(openApi['paths'] as Record<string, Record<string, Operation>>).flatMap(
      ([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
    );
    const ids: Readonly<Record<string, string>> = {
      '/v1/events/{id}': EVENT.eventId,
      '/v1/traces/{id}': TRACE,
      '/v1/correlations/{id}': encodeURIComponent('c 1/ü'),
    };

    test('is this API and the ingest API', async () => {
      const document = (await (await ask('/openapi.json', null)).json()) as { openapi: string };
      expect(document.openapi).toBe('3.1.0');
      expect(operations.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual([
        'get /openapi.json',
        'get /v1/correlations/{id}',
        'get /v1/dead-letters',
        'get /v1/dead-letters/{id}',
        'get /v1/events',
        'get /v1/events/{id}',
        'get /v1/traces/{id}',
        'post /v1/dead-letters/drop',
        'post /v1/dead-letters/retry',
        'post /v1/events',
        'post /v1/events/batch',
      ]);
    });

    test.each(operations.filter(({ tags }) => tags.includes('query')))('$path answers as described', async ({ path, responses }) => {
      const found = await ask(path.replace('{id}', ids[path] ?? ''));
      expect(found.status).toBe(200);
      expect(Object.keys(responses)).toContain('200');
      if (path.includes('{id}')) {
        expect((await ask(path.replace('{id}', 'none'))).status).toBe(404);
        expect(Object.keys(responses)).toContain('404');
      }
    }); // prettier-ignore

    test('describes each parameter that is taken, and each reference leads somewhere', () => {
      const text = JSON.stringify(openApi);
      const { schemas } = openApi['components'] as { schemas: Record<string, unknown> };
      const references = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name!);
      expect(references.filter((name) => !(name in schemas))).toEqual([]);
      const events = operations.find(({ operationId }) => operationId === 'queryEvents') as unknown as {
        parameters: { name: string }[];
      };
      expect(events.parameters.map(({ name }) => name)).toEqual([...QUERY_PARAMETERS]);
    });
  });
});
