import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cloudEvent, CONTEXT, mapped } from './fixtures.ts';
import { mapCloudEvent } from './map-cloud-event.ts';

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const CANARY = 'canary7f3a';

test('an order that failed', () => {
  const traceparent = '00-11111111111111111111111111111111-2222222222222222-01';
  const data = { reason: 'card', orderId: '42' };
  const sent = cloudEvent({ subject: '42', data, traceparent: TRACEPARENT, tracestate: 'a=1', partitionkey: 'p' });
  expect(mapCloudEvent(sent, { ...CONTEXT, traceparent })).toEqual({
    content: {
      category: 'business',
      action: 'order_failed',
      object: { type: 'order', id: '42' },
      service: { name: '/shop/orders' },
      actor: { id: 'unknown', type: 'unknown' },
      correlation: { traceparent: TRACEPARENT, tracestate: 'a=1' },
      attributes: { partitionkey: 'p' },
      data,
      timestamp: '2026-01-02T03:04:05.123456789Z',
      source: { type: 'com.acme.order.failed' },
    },
    source: { kind: 'cloudevents', receiver: 'http', contentType: 'application/cloudevents+json', traceparent },
    identity: { name: '/shop/orders', id: 'e1' },
    receivedAt: CONTEXT.receivedAt,
    rawSize: 100,
  });
});

describe('refused, by path and rule', () => {
  test.each<[string, object, string, string]>([
    ['no version', { specversion: undefined }, 'EVENT_FIELD_REQUIRED', '/specversion'],
    ['another version', { specversion: '0.3' }, 'EVENT_FIELD_ENUM', '/specversion'],
    ['a version that is a number', { specversion: 1 }, 'EVENT_FIELD_TYPE', '/specversion'],
    ['no id', { id: null }, 'EVENT_FIELD_REQUIRED', '/id'],
    ['an empty id', { id: '' }, 'EVENT_FIELD_REQUIRED', '/id'],
    ['an id that is a number', { id: 7 }, 'EVENT_FIELD_TYPE', '/id'],
    ['no source', { source: undefined }, 'EVENT_FIELD_REQUIRED', '/source'],
    ['no type', { type: '' }, 'EVENT_FIELD_REQUIRED', '/type'],
    ['a subject that is none', { subject: { CANARY } }, 'EVENT_FIELD_TYPE', '/subject'],
    ['a time that is none', { time: CANARY }, 'EVENT_TIME_FORMAT', '/time'],
    ['a day that does not exist', { time: '2026-02-30T00:00:00Z' }, 'EVENT_TIME_CALENDAR', '/time'],
    ['a time that is a number', { time: 1 }, 'EVENT_FIELD_TYPE', '/time'],
    ['data twice', { data: 1, data_base64: 'AA==' }, 'CLOUDEVENT_DATA', '/data_base64'],
    ['no base64', { data_base64: `${CANARY}!` }, 'CLOUDEVENT_DATA', '/data_base64'],
  ])('%s', (_name, more, code, path) => {
    const slot = mapCloudEvent(cloudEvent(more), CONTEXT);
    expect(slot).toMatchObject({ verdict: 'reject', errors: [{ code, path }] });
    expect((slot as { errors: readonly unknown[] }).errors).toHaveLength(1);
    expect(JSON.stringify(slot)).not.toContain(CANARY);
  });

  test('all at once', () =>
    expect(mapCloudEvent({}, CONTEXT)).toMatchObject({
      errors: [{ path: '/specversion' }, { path: '/id' }, { path: '/source' }, { path: '/type' }],
    }));

  test.each([null, [], 'text', 7])('%j is no event', (value) =>
    expect(mapCloudEvent(value, CONTEXT)).toMatchObject({ errors: [{ code: 'EVENT_FIELD_TYPE', path: '' }] }),
  );
});

describe('category and action', () => {
  const types = { 'com.acme.lost': { category: 'business', action: 'order_failed' } } as const;
  test.each<[string, object, string, string]>([
    ['com.acme.order.failed.v1', {}, 'business', 'order_failed'],
    ['order_failed', {}, 'business', 'order_failed'],
    ['OrderFailed', {}, 'business', 'order_failed'],
    ['com.acme.db.error', {}, 'system', 'db_error'],
    ['com.acme.role.changed', {}, 'security', 'role_changed'],
    ['com.acme.order.cancelled', { subject: '7' }, 'business', 'x.order.cancelled'],
    ['com.acme.someevent', {}, 'system', 'x.someevent'],
    ['Microsoft.Storage.BlobCreated', { subject: '/b' }, 'business', 'x.storage.blob_created'],
    ['google.cloud.storage.object.v1.finalized', {}, 'system', 'x.object.finalized'],
    ['com.acme.security.login_failed', {}, 'security', 'x.login_failed'],
    ['io.betalogs.business.x.job.failed', {}, 'business', 'x.job.failed'],
    ['x.own.thing', {}, 'system', 'x.own.thing'],
    ['com.acme.lost', {}, 'business', 'order_failed'],
    ['com.acme.thing', { category: 'security' }, 'security', 'x.thing'],
    ['com.acme.thing', { category: 'business', action: 'x.sent' }, 'business', 'x.sent'],
    ['com.acme.thing', { data: { object: { type: 'o', id: '1' } } }, 'business', 'x.thing'],
    ['com.acme.thing', { category: 'nonsense' }, 'nonsense', 'x.thing'],
    ['…', {}, 'system', 'x.cloud_event'],
  ])('%s %j: %s %s', (type, more, category, action) =>
    expect(mapped({ type, ...more }, { types }).content).toMatchObject({ category, action }),
  );
});

describe('extensions', () => {
  test.each<[string, object, object]>([
    [
      'correlation',
      { correlationid: 'c-1', causationid: 'k' },
      { correlation: { correlationId: 'c-1', causationId: 'k' } },
    ],
    ['outcome', { outcome: 'denied' }, { outcome: 'denied' }],
    ['an outcome of another vocabulary', { outcome: 'meh' }, { attributes: { outcome: 'meh' } }],
    ['severity', { severitynumber: '17' }, { severity: 17 }],
    ['severity in words', { severitytext: 'WARN' }, { severity: 13 }],
    ['a severity beyond', { severity: 99 }, { attributes: { severity: 99 } }],
    [
      'the auth context',
      { authtype: 'service_account', authid: 'sa-1' },
      { actor: { id: 'sa-1', type: 'service_account' } },
    ],
    [
      'its claims',
      { authtype: 'user', authid: 'u', authclaims: '{"name":"N","roles":["admin"]}' },
      {
        actor: { id: 'u', type: 'user', name: 'N', roles: ['admin'] },
        attributes: { authclaims: '{"name":"N","roles":["admin"]}' },
      },
    ],
    ['nobody', { authtype: 'unauthenticated' }, { actor: { id: 'unauthenticated', type: 'unauthenticated' } }],
    [
      'a type of their own',
      { authtype: 'robot', authid: 'r' },
      { actor: { id: 'r', type: 'unknown' }, attributes: { authtype: 'robot' } },
    ],
    ['a user without a name', { authtype: 'user' }, { actor: { id: 'unknown', type: 'user' } }],
    ['claims that are none', { authid: 'u', authclaims: '{' }, { actor: { id: 'u', type: 'unknown' } }],
    ['any other', { sampledrate: 3, flag: true }, { attributes: { sampledrate: 3, flag: true } }],
    ['one that is no scalar', { odd: { a: 1 } }, { data: { odd: { a: 1 } } }],
    ['a traceparent that is none', { traceparent: 7 }, { attributes: { traceparent: 7 } }],
    ['the schema', { dataschema: 'https://acme/s' }, { attributes: { dataschema: 'https://acme/s' } }],
  ])('%s', (_name, more, content) => expect(mapped(more).content).toMatchObject(content));

  test('what became the actor is no attribute, unless the payload names another', () => {
    const auth = { authtype: 'user', authid: 'u', subject: '42' };
    expect(mapped(auth).content).not.toHaveProperty('attributes');
    const { content } = mapped({ ...auth, data: { actor: { id: 'a' } } });
    expect(content).toMatchObject({ actor: { id: 'a' }, attributes: { authtype: 'user', authid: 'u' } });
  });

  test('null is as good as none', () =>
    expect(mapped({ subject: null, partitionkey: null }).content).not.toHaveProperty('attributes'));
});

describe('data', () => {
  test.each<[string, object, unknown]>([
    ['an object', { data: { a: 1 } }, { a: 1 }],
    ['an array', { data: [1, 2] }, { value: [1, 2] }],
    ['a scalar', { data: 'text', datacontenttype: 'text/plain' }, { value: 'text' }],
    ['none', {}, undefined],
    ['null', { data: null }, undefined],
    ['bytes', { data_base64: 'AAEC', datacontenttype: 'image/png' }, { data_base64: 'AAEC' }],
    ['bytes of JSON', { data_base64: 'eyJhIjoxfQ==', datacontenttype: 'application/json' }, { a: 1 }],
    ['bytes of no JSON', { data_base64: 'AAEC', datacontenttype: 'application/x+json' }, { data_base64: 'AAEC' }],
  ])('%s', (_name, more, data) => expect(mapped(more).content['data']).toEqual(data));

  test('another content type than JSON is kept', () =>
    expect(mapped({ data: 't', datacontenttype: 'text/plain' }).content).toMatchObject({
      attributes: { datacontenttype: 'text/plain' },
    }));

  test('sections in the native form are lifted, and nothing is lost', () => {
    const sections = {
      actor: { id: 'u', type: 'user' },
      object: { type: 'order', id: '9', name: 'n' },
      changes: [{ path: 'status', after: 'failed' }],
      error: { code: 'E1', message: 'm' },
      request: { method: 'GET' },
    };
    const { content } = mapped({ data: { ...sections, outcome: 'failure', more: 1 }, subject: '42' });
    expect(content).toMatchObject({ ...sections, outcome: 'failure', attributes: { subject: '42' } });
    expect(content['data']).toEqual({ more: 1 });
  });

  test.each<[string, object, object]>([
    ['an actor without an id', { actor: { name: 'n' } }, { actor: { id: 'unknown' } }],
    ['an object that is a text', { object: 'order' }, { category: 'business' }],
    ['a request of other words', { request: { verb: 'GET' } }, { category: 'business' }],
    ['an error in words', { error: 'it broke' }, { error: { message: 'it broke' } }],
    ['an error of other words', { error: { name: 'E', code: 5, extra: 1 } }, { error: { type: 'E', code: '5' } }],
  ])('%s stays in it', (_name, data, content) => {
    const found = mapped({ data, subject: '42' }).content;
    expect(found).toMatchObject({ ...content, data });
    expect(found).not.toHaveProperty('request');
  });

  test('a native event is taken as one, also where it says so by its schema alone', () => {
    const native = { category: 'security', action: 'x.look', actor: { id: 'a' }, security: {}, own: 1, timestamp: 5 };
    expect(mapped({ data: native, correlationid: 'c' }).content).toMatchObject({
      ...native,
      correlation: { correlationId: 'c' },
    });
    const { content } = mapped({ data: { action: 'x.y' }, dataschema: 'urn:betalogs:event:1', correlationid: 'c' });
    expect(content).toEqual({
      action: 'x.y',
      timestamp: '2026-01-02T03:04:05.123456789Z',
      source: { type: 'com.acme.order.failed' },
    });
  });

  test('what the payload names is the object where no subject does', () => {
    expect(mapped({ data: { id: 5 } }).content['object']).toEqual({ type: 'order', id: '5' });
    expect(mapped({ type: 'x.lost', category: 'business', data: { payment_id: 'p' } }).content['object']).toEqual({
      type: 'payment',
      id: 'p',
    });
    expect(mapped({ data: { a: 1 } }).content).not.toHaveProperty('object');
  });
});

describe('delivery', () => {
  const deploy = { type: 'com.acme.deploy.completed', subject: 'd1' };
  test('a deployment in plain fields', () => {
    const data = { environment: 'prod', status: 'Failure', version: '1.2', url: 'https://ci.example/d1' };
    expect(mapped({ ...deploy, data }).content).toMatchObject({
      category: 'delivery',
      action: 'deploy_completed',
      deployment: { id: 'd1', environment: 'prod', status: 'failure', version: '1.2' },
      evidence: [{ type: 'other', url: 'https://ci.example/d1' }],
      data,
    });
  });

  test('none without an environment; the source is what it can be checked against', () => {
    const { content } = mapped({ ...deploy, source: 'https://ci.example', data: {} });
    expect(content).not.toHaveProperty('deployment');
    expect(content['evidence']).toEqual([{ type: 'other', url: 'https://ci.example' }]);
  });
});

test('what does not fit its field is kept beside it', () => {
  const long = 'x'.repeat(300);
  const { content, identity } = mapped({ subject: long, source: long, type: long });
  expect(content).toMatchObject({ attributes: { subject: long } });
  expect(content).not.toHaveProperty('service');
  expect(identity).toEqual({ name: long, id: 'e1' });
});

test('never throws', () => {
  const key = fc.constantFrom(
    'id',
    'type',
    'data',
    'subject',
    'time',
    'traceparent',
    'authclaims',
    'category',
    '__proto__',
    'data_base64',
    'constructor',
  );
  fc.assert(
    fc.property(fc.dictionary(key, fc.anything({ maxDepth: 3 })), (more) => {
      const slot = mapCloudEvent(cloudEvent(more), CONTEXT);
      expect('verdict' in slot ? slot.verdict : Object.hasOwn(slot.content, 'category')).toBeTruthy();
    }),
    { numRuns: 2000 },
  );
});
