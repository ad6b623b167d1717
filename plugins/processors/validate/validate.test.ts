import { describe, expect, test } from 'vitest';
import { formatInstant } from '../../../src/event/time.ts';
import type { Content } from '../../../src/testkit/arbitraries.ts';
import { ORIGIN, RECEIVED_AT, rawEventOf } from '../../../src/testkit/arbitraries.ts';
import { EventValidator, type ValidatorOptions } from './validate.ts';

const DAY_MS = 86_400_000;
const TICK: Content = { category: 'system', action: 'x.tick', service: { name: 'clock' } };

const errorsOf = (content: Content, options: Partial<ValidatorOptions> = {}, more = {}) => {
  const validator = new EventValidator({
    unknownFields: 'lenient',
    actions: { invoice_sent: 'business' },
    maxFutureMs: DAY_MS,
    maxAgeMs: 10 * DAY_MS,
    ...options,
  });
  const verdict = validator.validate(rawEventOf(content, more), ORIGIN);
  return verdict.verdict === 'reject' ? verdict.errors : [];
};

describe('tenant', () => {
  test('a body that names the tenant of the credential passes', () => {
    expect(errorsOf({ ...TICK, tenantId: 'acme' })).toEqual([]);
  });

  test('a body that names another is refused, whatever else is wrong', () => {
    const mismatch = { code: 'TENANT_MISMATCH', path: '/tenantId', message: expect.not.stringContaining('other') };
    expect(errorsOf({ ...TICK, tenantId: 'other' })).toEqual([mismatch]);
    expect(errorsOf({ tenantId: 'other', severity: 99 })).toContainEqual(mismatch);
  });
});

describe('time', () => {
  const at = (seconds: number): string => formatInstant({ seconds: RECEIVED_AT.seconds + seconds, nanos: 0 });
  const DAY = DAY_MS / 1000;

  test.each([
    [undefined, []],
    [at(0), []],
    [at(DAY), []],
    [at(DAY + 1), ['EVENT_TIME_FUTURE']],
    [at(-10 * DAY), []],
    [at(-10 * DAY - 1), ['EVENT_TIME_TOO_OLD']],
    ['soon', ['EVENT_TIME_FORMAT']],
    [0, ['EVENT_TIME_TOO_OLD']],
    ['2016-12-31T23:59:60Z', ['EVENT_TIME_LEAP_SECOND']],
  ])('%s', (timestamp, codes) => {
    const errors = errorsOf(timestamp === undefined ? TICK : { ...TICK, timestamp });
    expect(errors.map(({ code }) => code)).toEqual(codes);
    for (const { path } of errors) expect(path).toBe('/timestamp');
  });

  test("the protocol's own instant goes before the text", () => {
    const ahead = { seconds: RECEIVED_AT.seconds + 2 * DAY, nanos: 0 };
    expect(errorsOf({ ...TICK, timestamp: at(0) }, {}, { instant: ahead })).toMatchObject([
      { code: 'EVENT_TIME_FUTURE' },
    ]);
  });
});

describe('actions', () => {
  test.each([
    ['request_recieved', 'request_received'],
    ['invoice_snt', 'invoice_sent'],
  ])('%s: did you mean %s?', (action, meant) => {
    const [error] = errorsOf({ ...TICK, action });
    expect(error).toMatchObject({ code: 'ACTION_UNKNOWN', path: '/action' });
    expect(error?.message).toContain(`Did you mean ${meant}?`);
  });

  test('what resembles nothing gets no suggestion', () => {
    expect(errorsOf({ ...TICK, action: 'zzz' })[0]?.message).not.toContain('Did you mean');
  });
});

describe('unknown fields', () => {
  const content = { ...TICK, sevrity: 3, service: { name: 'clock', versoin: '1' } };

  test('lenient lets them pass', () => {
    expect(errorsOf(content)).toEqual([]);
  });

  test('strict refuses them at every level, with the word that was meant', () => {
    expect(errorsOf(content, { unknownFields: 'strict' })).toEqual([
      {
        code: 'EVENT_FIELD_UNKNOWN',
        path: '/service/versoin',
        message: 'is not a known field; did you mean version?',
      },
      { code: 'EVENT_FIELD_UNKNOWN', path: '/sevrity', message: 'is not a known field; did you mean severity?' },
    ]);
  });
});

describe('what a category needs', () => {
  const delivery = { category: 'delivery', action: 'x.built' };

  test.each<[string, Content, string[]]>([
    ['evidence that was sent', { ...delivery, evidence: [{ type: 'commit', url: 'https://a.example/c' }] }, []],
    [
      'evidence from a deployment',
      { ...delivery, deployment: { id: 'd', environment: 'p', status: 's', url: 'https://a.example/d' } },
      [],
    ],
    ['evidence from the subject', { ...delivery, object: { type: 't', id: 'i', url: 'https://a.example/o' } }, []],
    [
      'a page that is not https',
      { ...delivery, object: { type: 't', id: 'i', url: 'http://a.example/o' } },
      ['/evidence'],
    ],
    ['nothing to derive evidence from', { ...delivery, evidence: [] }, ['/evidence']],
    ['an empty security section', { category: 'security', action: 'x.a', actor: { id: 'a' }, security: {} }, []],
  ])('%s', (_, content, paths) => {
    expect(errorsOf(content).map(({ path }) => path)).toEqual(paths);
  });

  test('a delivery from GitHub needs its github section', () => {
    const source = { kind: 'github', receiver: 'github' } as const;
    const content = { ...delivery, evidence: [{ type: 'commit', url: 'https://a.example/c' }] };
    expect(errorsOf(content, {}, { source })).toMatchObject([{ path: '/github' }]);
  });

  test('a section that is there but unsound is not called missing too', () => {
    const errors = errorsOf({
      category: 'business',
      action: 'order_failed',
      actor: 5,
      object: { type: 'order', id: 'o' },
    });
    expect(errors.map(({ code, path }) => `${code} ${path}`)).toEqual(['EVENT_FIELD_TYPE /actor']);
  });

  test('an actor without a type passes: it is derived', () => {
    expect(
      errorsOf({ category: 'business', action: 'order_failed', actor: { id: 'a' }, object: { type: 'o', id: '1' } }),
    ).toEqual([]);
  });
});

test('attributes that are long or many are left to normalize', () => {
  const many = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`k${i}`, i]));
  expect(errorsOf({ ...TICK, attributes: { ...many, long: 'x'.repeat(10_000) } })).toEqual([]);
});

describe('a merge that was none', () => {
  const merged = (more: Content): Content => ({
    category: 'delivery',
    action: 'pr_merged',
    evidence: [{ type: 'pull_request', url: 'https://a.example/1' }],
    ...more,
  });

  test.each<[Content, string[]]>([
    [merged({ data: { merged: false } }), ['ACTION_CONTRADICTED /data/merged']],
    [merged({ data: { pull_request: { merged: false } } }), ['ACTION_CONTRADICTED /data/pull_request/merged']],
    [
      merged({ github: { deliveryId: 'd', event: 'e', pullRequest: { number: 1, merged: false } } }),
      ['ACTION_CONTRADICTED /github/pullRequest/merged'],
    ],
    [
      merged({ data: { merged: false }, severity: 99 }),
      ['EVENT_FIELD_RANGE /severity', 'ACTION_CONTRADICTED /data/merged'],
    ],
    [merged({ data: { merged: true, pull_request: null } }), []],
    [merged({}), []],
    [{ ...merged({ data: { merged: false } }), action: 'x.pr_closed' }, []],
  ])('%j', (content, errors) => {
    expect(errorsOf(content).map(({ code, path }) => `${code} ${path}`)).toEqual(errors);
  });
});

test.each([null, 5, 'text', []])('a content that is %j is refused, with or without schemas', (content) => {
  const schemas = new Map([['x.tick', () => []]]);
  expect(errorsOf(TICK, { schemas }, { content })).toMatchObject([{ code: 'EVENT_FIELD_TYPE', path: '' }]);
});
