import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from 'vitest';
import { credentialOf, sanNames } from './credential.ts';
import { isUtf8, parseMediaType } from './media-type.ts';
import { busyProblem, isProblem, problemBody, problemHeaders, refusalProblem } from './problem.ts';

test.each([
  ['quota', 429, 'INTAKE_QUOTA'],
  ['memory', 503, 'INTAKE_BUSY'],
  ['disk', 503, 'INTAKE_DISK_FULL'],
  ['stopping', 503, 'INTAKE_STOPPING'],
] as const)('busy by %s is %i', (busy, status, code) =>
  expect(busyProblem({ busy, afterMs: 5 })).toMatchObject({ status, code, retryAfterMs: 5 }),
);

test.each([
  [0, '1'],
  [1, '1'],
  [1000, '1'],
  [1001, '2'],
  [59_999, '60'],
])('after %i ms is Retry-After: %s', (retryAfterMs, seconds) =>
  expect(problemHeaders({ status: 503, code: 'C', title: 't', retryAfterMs })['retry-after']).toBe(seconds),
);

test('a 401 names the scheme, a 403 does not', () => {
  const missing = refusalProblem({ status: 401, code: 'AUTH_MISSING', message: 'Show a key.' });
  expect(problemHeaders(missing)).toMatchObject({ 'www-authenticate': 'Bearer' });
  const scope = refusalProblem({ status: 403, code: 'AUTH_SCOPE', message: 'It may only read.' });
  expect(problemHeaders(scope)).not.toHaveProperty('www-authenticate');
  expect(scope).toMatchObject({ status: 403, code: 'AUTH_SCOPE', detail: 'It may only read.' });
});

test('the body holds what RFC 9457 names, and no header', () => {
  const errors = [{ code: 'X', path: '/a', message: 'm' }];
  const problem = { status: 422, code: 'C', title: 't', detail: 'd', errors, retryAfterMs: 1, headers: { a: 'b' } };
  expect(problemBody(problem)).toEqual({
    type: 'urn:betalogs:problem:C',
    title: 't',
    status: 422,
    detail: 'd',
    code: 'C',
    errors,
  });
});

test('only a problem is a problem', () => {
  expect(isProblem({ status: 400, code: 'C', title: 't' })).toBe(true);
  for (const other of [
    undefined,
    null,
    'x',
    Buffer.from('x'),
    [],
    { busy: 'quota', afterMs: 1 },
    { status: 401, code: 'AUTH_MISSING', message: '' },
  ]) {
    expect(isProblem(other)).toBe(false);
  }
});

describe('credentials', () => {
  const credential = (authorization?: string) =>
    credentialOf({ headers: { authorization }, socket: { remoteAddress: '::1' } } as unknown as IncomingMessage);
  test.each([
    ['Bearer blk_abc-._~+/=', 'blk_abc-._~+/='],
    ['bearer   x ', 'x'],
    ['BEARER x', 'x'],
    ['Basic eDp5', undefined],
    ['Bearer', undefined],
    ['Bearer a b', undefined],
    ['Bearer é', undefined],
    [undefined, undefined],
  ])('%s', (authorization, bearer) =>
    expect(credential(authorization)).toEqual({ ...(bearer !== undefined && { bearer }), remoteAddress: '::1' }),
  );
});

describe('media types', () => {
  test.each([
    ['application/json', 'application/json', true],
    ['Application/JSON; Charset="UTF-8"', 'application/json', true],
    ['application/json;charset=latin1', 'application/json', false],
    ['application/json; q=1; charset=utf-16', 'application/json', false],
    ['application/x-ndjson', 'application/x-ndjson', true],
    ['json', '', true],
    ['', '', true],
    [undefined, '', true],
    ['application/json, text/plain', '', true],
  ])('%s', (header, essence, utf8) => {
    const type = parseMediaType(header);
    expect([type.essence, isUtf8(type)]).toEqual([essence, utf8]);
  });
});

test.each([
  [undefined, []],
  ['', []],
  ['DNS:a.example', ['DNS:a.example']],
  ['DNS:a.example, URI:spiffe://x/y, email:o@x', ['DNS:a.example', 'URI:spiffe://x/y', 'email:o@x']],
  ['IP Address:10.0.0.1, DNS:a', ['DNS:a']],
  // Node's spelling of one name that holds a comma: it is not two names.
  ['DNS:"evil.example, DNS:victim.example", DNS:b', ['DNS:b']],
  ['URI:"http://a/?x=\\"\\u002c, DNS:victim\\"", DNS:b', ['DNS:b']],
  ['DirName:"/CN=x, DNS:victim", DNS:b', ['DNS:b']],
  ['othername:<unsupported>, DNS:b', ['DNS:b']],
])('the names of %j are %j', (text, names) => {
  expect(sanNames(text)).toEqual(names);
});
