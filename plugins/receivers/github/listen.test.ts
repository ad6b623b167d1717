import { createHmac } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import type { Outcome, RawSlot } from '../../../src/sdk/index.ts';
import { capturingLog, componentContext, fakeClock, fakeKeyRing } from '../../../src/testkit/fakes.ts';
import { fakeIntake, type FakeIntakeOptions } from '../../../src/testkit/fake-intake.ts';
import { createTestHost, type TestHost } from '../../../src/testkit/test-host.ts';
import plugin from './plugin.ts';

const SECRET = 'canary-new';
const OLD = 'canary-old';
const GUID = '72d3162e-cc78-11e3-81ab-4c9367dc0958';
const OTHER_GUID = '82d3162e-cc78-11e3-81ab-4c9367dc0958';

const REPOSITORY = { id: 1, name: 'r', full_name: 'o/r', html_url: 'https://github.com/o/r' };
const RELEASE = { action: 'published', release: { id: 1, tag_name: 'v1' }, repository: REPOSITORY };
/** JSON as nobody's serialiser writes it. */
const ODD = ' {"action" :\t"published" ,\r\n "release": {"tag_name":"v\\u0031", "id":1e0 } }\n';

let host: TestHost;
afterEach(() => host.close());

const started = async (options: FakeIntakeOptions = {}, config: Readonly<Record<string, unknown>> = {}) => {
  host = createTestHost();
  const intake = fakeIntake(options);
  const [log, clock] = [capturingLog(), fakeClock()];
  const parsed = plugin.config.parse({ endpoint: '127.0.0.1:0', secret: SECRET, previous_secret: OLD, ...config });
  const receiver = plugin.create(parsed, { ...componentContext({ id: 'github', log, clock }), listen: host.listen });
  const [endpoint] = await receiver.start(intake);
  const post = (body: string | Buffer, headers: Readonly<Record<string, string | undefined>> = {}, secret = SECRET) =>
    fetch(`http://${endpoint!.address}/webhooks/github`, {
      method: 'POST',
      body,
      headers: Object.entries({
        'content-type': 'application/json',
        'x-github-event': 'release',
        'x-github-delivery': GUID,
        'x-github-hook-id': '7',
        'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
        connection: 'close',
        ...headers,
      }).filter((header): header is [string, string] => header[1] !== undefined),
    });
  const slots = (): RawSlot[] => intake.emits.flatMap((batch) => batch.slots);
  return { intake, post, slots, log, clock, address: endpoint!.address };
};

const BODY = JSON.stringify(RELEASE);

test('a delivery is one event, named by its GUID, of the configured tenant', async () => {
  const { post, slots, intake } = await started({}, { tenant: 'acme' });
  const answer = await post(BODY);
  expect(answer.status).toBe(202);
  expect(await answer.json()).toEqual({ eventId: expect.stringMatching(/^[0-9a-f-]{36}$/), status: 'accepted' });
  expect(slots()).toMatchObject([
    {
      content: { action: 'x.release_published', github: { deliveryId: GUID } },
      source: { kind: 'github', receiver: 'github', contentType: 'application/json' },
      identity: { name: 'github', id: GUID },
      rawSize: BODY.length,
    },
  ]);
  expect(intake.held).toBe(0);
});

describe('the signature', () => {
  test.each([SECRET, OLD])('is over the raw bytes, by either secret', async (secret) => {
    const { post, slots } = await started();
    expect((await post(ODD, {}, secret)).status).toBe(202);
    expect(slots()).toMatchObject([{ content: { github: { release: { tag: 'v1' } } } }]);
  });

  test.each<[string, string, Readonly<Record<string, string | undefined>>, string]>([
    ['missing', BODY, { 'x-hub-signature-256': undefined }, SECRET],
    ['malformed', BODY, { 'x-hub-signature-256': 'sha256=' }, SECRET],
    ['by another secret', BODY, {}, 'stolen'],
    ['over another body', BODY, { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` }, SECRET],
    ['wrong, of what is no JSON: nothing is parsed', '{', {}, 'stolen'],
    ['wrong, without the other headers', BODY, { 'x-github-event': undefined }, 'stolen'],
  ])('%s: 401, and nothing is emitted or kept', async (_, body, headers, secret) => {
    const { post, intake, log } = await started();
    const answer = await post(body, headers, secret);
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([401, 'GITHUB_SIGNATURE']);
    expect([intake.emits, intake.letters, intake.held]).toEqual([[], [], 0]);
    expect(JSON.stringify(log.lines)).not.toContain('canary');
  });
});

describe('a replay', () => {
  test('under another GUID is refused and counted; under the same one it is the same event', async () => {
    const { post, slots, clock, log } = await started();
    expect((await post(BODY)).status).toBe(202);
    const answer = await post(BODY, { 'x-github-delivery': OTHER_GUID });
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([409, 'GITHUB_REPLAYED']);
    expect((await post(BODY)).status).toBe(202);
    expect(slots().map((slot) => ('verdict' in slot ? slot : slot.identity))).toMatchObject([
      { id: GUID },
      { verdict: 'reject', errors: [{ code: 'GITHUB_REPLAYED' }] },
      { id: GUID },
    ]);
    expect(log.lines).toHaveLength(1);
    clock.advance(600_000);
    expect((await post(BODY, { 'x-github-delivery': OTHER_GUID })).status).toBe(202);
  });

  test('is none of a delivery that was not stored', async () => {
    const outcomes: Outcome[] = [{ status: 'retry', afterMs: 1500, reason: 'quota' }];
    const accepted: Outcome = { status: 'accepted', eventId: 'e', correlationId: 'c' };
    const { post } = await started({ outcomeOf: () => outcomes.pop() ?? accepted });
    const busy = await post(BODY);
    expect([busy.status, busy.headers.get('retry-after')]).toEqual([429, '2']);
    expect((await post(BODY, { 'x-github-delivery': OTHER_GUID })).status).toBe(202);
  });
});

describe('what is taken', () => {
  test('the form, with its payload', async () => {
    const { post, slots } = await started();
    const body = new URLSearchParams({ payload: BODY }).toString();
    const answer = await post(body, { 'content-type': 'application/x-www-form-urlencoded' });
    expect(answer.status).toBe(202);
    expect(slots()).toMatchObject([{ content: { action: 'x.release_published' } }]);
  });

  test.each(['ping', 'star', 'from_next_year'])('%s is answered 204', async (event) => {
    const { post, intake } = await started();
    const answer = await post(BODY, { 'x-github-event': event });
    expect([answer.status, await answer.text()]).toEqual([204, '']);
    expect(intake.letters).toEqual([]);
  });

  test('what a policy filters is no error', async () => {
    const { post } = await started({ outcomeOf: () => ({ status: 'filtered', reason: 'tenant_policy' }) });
    const answer = await post(BODY);
    expect([answer.status, await answer.json()]).toEqual([200, { status: 'filtered', reason: 'tenant_policy' }]);
  });

  test.each<[string, string | Buffer, Readonly<Record<string, string | undefined>>, number]>([
    ['another content type', BODY, { 'content-type': 'text/plain' }, 415],
    ['another charset', BODY, { 'content-type': 'application/json; charset=utf-16' }, 415],
    ['a compressed body', gzipSync(BODY), { 'content-encoding': 'gzip' }, 415],
    ['no event', BODY, { 'x-github-event': undefined }, 400],
    ['no GUID', BODY, { 'x-github-delivery': undefined }, 400],
    ['a body above the limit', Buffer.alloc(2049, 0x20), {}, 413],
  ])('%s is not: %s', async (_, body, headers, status) => {
    const { post, intake } = await started({}, { max_bytes: '2KiB' });
    expect((await post(body, headers)).status).toBe(status);
    expect([intake.emits, intake.letters, intake.held]).toEqual([[], [], 0]);
  });

  test.each([
    ['GET', '/webhooks/github', 405],
    ['POST', '/webhooks/github/more', 404],
  ])('%s %s: %i', async (method, path, status) => {
    const { address } = await started();
    const answer = await fetch(`http://${address}${path}`, { method, headers: { connection: 'close' } });
    expect(answer.status).toBe(status);
  });

  test('a tenant that is not configured has no webhooks', async () => {
    const { post, intake, log } = await started({ tenants: ['globex'] }, { tenant: 'acme' });
    expect(log.lines).toHaveLength(1);
    expect((await post(BODY)).status).toBe(503);
    expect(intake.emits).toEqual([]);
  });
});

describe('what is refused becomes a dead letter before it is answered', () => {
  const invalid: Outcome = {
    status: 'rejected',
    errors: [{ code: 'ACTION_UNKNOWN', path: '/action', message: 'is odd' }],
  };
  const digest = (body: string): string =>
    `hmac-sha256:${createHmac('sha256', fakeKeyRing().derive('dead_letter', 'default')).update(body).digest('hex')}`;

  test.each<[string, string, FakeIntakeOptions, number, string, string]>([
    ['not JSON', '{"canary":', {}, 400, 'JSON_SYNTAX', 'is not valid JSON'],
    ['a forbidden key', '{"__proto__":{"canary":1}}', {}, 400, 'JSON_KEY_FORBIDDEN', ''],
    ['no object', '["canary"]', {}, 422, 'EVENT_FIELD_TYPE', 'must be an object'],
    ['refused by a processor', BODY, { outcomeOf: () => invalid }, 422, 'ACTION_UNKNOWN', '/action is odd'],
  ])('%s', async (_, body, options, status, code, message) => {
    const { post, intake } = await started(options);
    const answer = await post(body);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ errors: [{ code }] });
    expect(intake.letters).toEqual([
      {
        tenant: 'default',
        code,
        message: expect.stringContaining(message),
        attempts: 1,
        size: Buffer.byteLength(body),
        digest: digest(body),
      },
    ]);
    expect(JSON.stringify(intake.letters)).not.toContain('canary');
  });

  test('a form without a payload', async () => {
    const { post, intake } = await started();
    const answer = await post('other=1', { 'content-type': 'application/x-www-form-urlencoded' });
    expect([answer.status, intake.letters[0]?.code]).toEqual([400, 'GITHUB_PAYLOAD']);
  });

  test('where that has no room, GitHub is told that nothing is kept', async () => {
    const { post, intake, log } = await started({ outcomeOf: () => invalid });
    intake.deadLetter = () => Promise.reject(new Error('canary: full'));
    const answer = await post(BODY);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    expect(log.lines).toHaveLength(1);
    expect(log.lines[0]).not.toContain('canary');
  });
});

test('a deployment of what was deployed before the current one is a rollback', async () => {
  const { post, slots } = await started();
  const shas = { a: 'a'.repeat(40), b: 'b'.repeat(40) };
  const created = (id: number, sha: string) => ({
    id,
    sha,
    environment: 'production',
    created_at: `2026-01-0${id}T00:00:00Z`,
  });
  const deploy = async (id: number, sha: string) => {
    const [deployment, repository] = [created(id, sha), REPOSITORY];
    const status = { state: 'success', created_at: deployment.created_at, environment: 'production' };
    await post(JSON.stringify({ action: 'created', deployment, repository }), {
      'x-github-event': 'deployment',
      'x-github-delivery': `created-${id}`,
    });
    await post(JSON.stringify({ action: 'created', deployment, deployment_status: status, repository }), {
      'x-github-event': 'deployment_status',
      'x-github-delivery': `status-${id}`,
    });
  };
  await deploy(1, shas.a);
  await deploy(2, shas.b);
  await deploy(3, shas.a);
  const told = slots().map((slot) => ('content' in slot ? slot.content : {}));
  expect(told.map(({ action }) => action)).toEqual([
    ...['x.deploy_started', 'deploy_completed', 'x.deploy_started', 'deploy_completed'],
    ...['rollback_initiated', 'deploy_completed'],
  ]);
  expect(told[4]).toMatchObject({ deployment: { rollbackOf: '2', previousVersion: shas.b } });
});

test.each<[Readonly<Record<string, unknown>>, boolean]>([
  [{ secret: 's' }, true],
  [{}, false],
  [{ secret: '' }, false],
  [{ secret: 's', path: 'webhooks' }, false],
  [{ secret: 's', path: '/webhooks/acme' }, true],
  [{ secret: 's', tenant: 'no tenant' }, false],
])('the configuration %j is taken: %s', (config, isTaken) => {
  expect(plugin.config.safeParse(config).success).toBe(isTaken);
});
