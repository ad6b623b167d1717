import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileCheck } from '../../event/check.ts';
import { nativeEvent } from '../../event/schema.ts';
import type { RawEvent } from '../../event/raw-event.ts';
import type { MappingContext } from '../context.ts';
import { call, signIn } from './fixtures/record.ts';
import { SECURITY_CASES } from './fixtures/security-cases.ts';
import { SYSTEM_CASES } from './fixtures/system-cases.ts';
import { mapCloudTrail } from './map-cloud-trail.ts';

const CONTEXT: MappingContext = { receiver: 'convert', receivedAt: { seconds: 1_795_000_000, nanos: 0 }, rawSize: 900 };
const CASES = [...SYSTEM_CASES, ...SECURITY_CASES];
const check = compileCheck(nativeEvent, () => 'is not known');

const map = (record: unknown): RawEvent => {
  const slot = mapCloudTrail(record, CONTEXT);
  if ('verdict' in slot) throw new Error(JSON.stringify(slot));
  return slot;
};

test('the table holds what it promises', () => {
  expect(CASES.length).toBeGreaterThanOrEqual(90);
});

describe('a record', () => {
  test.each(CASES)('%s', (_name, record, content) => {
    const raw = map(record);
    expect(raw.content).toMatchObject(content);
    expect(check(raw.content)).toEqual([]);
    expect(raw.warnings).toBeUndefined();
  });

  test('has the identity that AWS gave it, and says where it came from', () => {
    expect(map(call('sqs', 'CreateQueue'))).toMatchObject({
      identity: { name: 'cloudtrail', id: '3038ebd2-c98a-4c65-9b6e-e22506292313' },
      source: { kind: 'cloudtrail', receiver: 'convert' },
      receivedAt: CONTEXT.receivedAt,
      rawSize: 900,
    });
    expect(map(call('sqs', 'CreateQueue', { eventID: undefined }))).not.toHaveProperty('identity');
  });

  test('is grouped with what else one request did', () => {
    const { content } = map(call('sqs', 'CreateQueue'));
    expect(content['correlation']).toEqual({
      businessKeys: { requestId: '6d4f0b1e-7a55-4b8e-9a44-1f0d7c2b9e01' },
    });
  });

  test('of a system event names no actor where AWS names none', () => {
    expect(map(call('sqs', 'CreateQueue', { userIdentity: null })).content).not.toHaveProperty('actor');
  });
});

/** Leaves as texts; what AWS leaves empty is none. */
const leavesOf = (value: unknown): readonly string[] => {
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(leavesOf);
  return value === null || value === undefined || value === '' ? [] : [JSON.stringify(value)];
};

test.each(CASES)('every leaf is kept: %s', (_name, record) => {
  const raw = map(record);
  const inner = 'detail' in record ? record['detail'] : record;
  const kept = new Set(leavesOf([raw.content, raw.identity]));
  expect(leavesOf(inner).filter((leaf) => !kept.has(leaf))).toEqual([]);
});

describe('beyond what an event may hold', () => {
  const nested = (depth: number): unknown => (depth === 0 ? 'leaf' : { a: nested(depth - 1) });

  test('a payload is cut where it is too deep, and the place told', () => {
    const { content, warnings } = map(call('sqs', 'CreateQueue', { requestParameters: { x: nested(20), y: 1 } }));
    expect(check(content)).toEqual([]);
    expect(warnings).toEqual([{ code: 'data_cut', path: `/data/requestParameters/x${'/a'.repeat(14)}` }]);
    expect(content['data']).toMatchObject({ requestParameters: { y: 1 } });
  });

  test('a payload is cut where it is too large', () => {
    const items = Array.from({ length: 3000 }, (_, i) => i);
    const { content, warnings } = map(call('sqs', 'CreateQueue', { requestParameters: { items }, tlsDetails: {} }));
    expect(check(content)).toEqual([]);
    expect(warnings?.[0]).toMatchObject({ code: 'data_cut' });
    expect(warnings?.[0]?.path).toMatch(/^\/data\/requestParameters\/items\/10\d\d$/);
  });

  test('of many cuts the first are told', () => {
    const many = Object.fromEntries(Array.from({ length: 1200 }, (_, i) => [`k${i}`, i]));
    const { content, warnings = [] } = map(call('sqs', 'CreateQueue', { requestParameters: many }));
    expect(check(content)).toEqual([]);
    expect(warnings).toHaveLength(33);
    expect(warnings.at(-1)).toEqual({ code: 'data_cut_more', path: '/data' });
  });

  test('texts are cut within their bytes', () => {
    const long = 'ü'.repeat(3000);
    const { content, warnings } = map(
      call('sqs', 'CreateQueue', { userAgent: long, errorCode: `X${long}`, errorMessage: long, requestID: long }),
    );
    expect(check(content)).toEqual([]);
    expect(new Set(warnings?.map(({ path }) => path))).toEqual(
      new Set(['/actor/userAgent', '/error/code', '/error/message', '/request/id']),
    );
  });

  test('long names of objects stay different', () => {
    const arn = (end: string) => `arn:aws:s3:::b/${'k'.repeat(900)}${end}`;
    const idOf = (end: string) =>
      map(call('s3', 'GetObject', { resources: [{ type: 'AWS::S3::Object', ARN: arn(end) }] })).content['object'];
    expect(idOf('1')).not.toEqual(idOf('2'));
    expect(idOf('1')).toEqual(idOf('1'));
  });

  test('objects beyond the schema are cut', () => {
    const resources = Array.from({ length: 80 }, (_, i) => ({ type: 'AWS::S3::Object', ARN: `arn:aws:s3:::b/${i}` }));
    const { content, warnings } = map(call('s3', 'DeleteObjects', { resources }));
    expect(check(content)).toEqual([]);
    expect(warnings).toEqual([{ code: 'objects_cut', path: '/objects' }]);
  });
});

describe('what is no record is refused', () => {
  const without = (...names: string[]) =>
    Object.fromEntries(Object.entries(call('s3', 'GetObject')).filter(([name]) => !names.includes(name)));
  test.each<[unknown, string, string]>([
    [null, 'EVENT_FIELD_TYPE', ''],
    ['text', 'EVENT_FIELD_TYPE', ''],
    [[], 'EVENT_FIELD_TYPE', ''],

    [without('eventName'), 'EVENT_FIELD_REQUIRED', '/eventName'],
    [without('eventSource'), 'EVENT_FIELD_REQUIRED', '/eventSource'],
    [call('s3', ''), 'EVENT_FIELD_REQUIRED', '/eventName'],
    [call('s3', '!?'), 'EVENT_FIELD_PATTERN', '/eventName'],
    [call('s3', 'GetObject', { eventTime: 1 }), 'EVENT_FIELD_TYPE', '/eventTime'],
    [call('s3', 'GetObject', { eventID: {} }), 'EVENT_FIELD_TYPE', '/eventID'],
    [call('s3', 'GetObject', { errorCode: 403 }), 'EVENT_FIELD_TYPE', '/errorCode'],
    [
      { 'detail-type': 'AWS API Call via CloudTrail', detail: without('eventName') },
      'EVENT_FIELD_REQUIRED',
      '/detail/eventName',
    ],
  ])('%j: %s at %s', (record, code, path) => {
    expect(mapCloudTrail(record, CONTEXT)).toMatchObject({ verdict: 'reject', errors: [{ code, path }] });
  });

  test('every fault is told at once', () => {
    expect(mapCloudTrail({ eventID: 1 }, CONTEXT)).toMatchObject({
      errors: [{ path: '/eventID' }, { path: '/eventSource' }, { path: '/eventName' }],
    });
  });

  test.each([
    { awsAccountId: '123456789012', digestStartTime: '2026-03-02T09:00:00Z', logFiles: [] },
    { 'detail-type': 'EC2 Instance State-change Notification', detail: { state: 'running' } },
  ])('what is another thing altogether is ignored: %j', (record) => {
    expect(mapCloudTrail(record, CONTEXT)).toEqual({ verdict: 'drop', reason: 'not_mapped' });
  });
});

describe('no record throws', () => {
  const keys = [
    ...Object.keys(signIn('ConsoleLogin')),
    'errorCode',
    'errorMessage',
    'resources',
    'insightDetails',
    'detail',
    'detail-type',
  ];
  const odd = fc.oneof(fc.jsonValue(), fc.constantFrom('iam.amazonaws.com', 'PutRolePolicy', 'Failure', 'constructor'));
  const record = fc.dictionary(fc.constantFrom(...keys), odd);
  const overSound = record.map((fields) => call('iam', 'AttachUserPolicy', fields));

  test.each([
    ['anything', fc.jsonValue({ maxDepth: 5 })],
    ['its fields with anything in them', record],
    ['a sound one with anything in it', overSound],
  ])('%s', (_name, arbitrary) => {
    fc.assert(
      fc.property(arbitrary as fc.Arbitrary<unknown>, (value) => {
        const slot = mapCloudTrail(value, CONTEXT);
        if (!('verdict' in slot)) expect(check(slot.content)).toEqual([]);
        else if (slot.verdict === 'reject')
          expect(slot.errors.every(({ code, message }) => code !== '' && message !== '')).toBe(true);
      }),
      { numRuns: Number(process.env['FC_RUNS'] ?? 1000) },
    );
  });
});
