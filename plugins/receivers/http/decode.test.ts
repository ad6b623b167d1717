import { describe, expect, test } from 'vitest';
import type { RawEvent } from '../../../src/event/raw-event.ts';
import type { Rejected } from '../../../src/sdk/index.ts';
import { decodeBatch, decodeEvent, type RequestFacts } from './decode.ts';

const facts: RequestFacts = {
  source: { kind: 'api', receiver: 'http', contentType: 'application/json' },
  receivedAt: { seconds: 1, nanos: 2 },
};
const LIMITS = { maxEventBytes: 1000, maxEvents: 5 };
const event = (body: string | Buffer, key?: string) =>
  decodeEvent(Buffer.from(body as string), key === undefined ? facts : { ...facts, key });
const array = (body: string, key?: string) =>
  decodeBatch(Buffer.from(body), 'json', key === undefined ? facts : { ...facts, key }, LIMITS);
const lines = (body: string, key?: string) =>
  decodeBatch(Buffer.from(body), 'ndjson', key === undefined ? facts : { ...facts, key }, LIMITS);

describe('one event', () => {
  test('keeps what was sent, where it came from, and its size', () => {
    expect(event('{"action":"é"}')).toEqual([{ content: { action: 'é' }, ...facts, rawSize: 15 }]);
  });

  test('a key names it', () => {
    expect(event('{}', 'k1')).toMatchObject([{ identity: { name: '', id: 'k1' } }]);
    expect((event('{}', 'k1') as RawEvent[])[0]!.identity).not.toHaveProperty('part');
  });

  test('a byte order mark is no part of it', () =>
    expect(event('\ufeff{"a":1}')).toMatchObject([{ content: { a: 1 } }]));

  test.each([
    ['nothing', '', 'JSON_SYNTAX'],
    ['words', 'canary', 'JSON_SYNTAX'],
    ['two events', '{}{}', 'JSON_SYNTAX'],
    ['depth 1,000', `{"a":${'['.repeat(999)}${']'.repeat(999)}}`, 'JSON_DEPTH'],
    ['depth 100,000', '['.repeat(100_000), 'JSON_DEPTH'],
    ['no UTF-8', Buffer.from([0x22, 0xc3, 0x28, 0x22]), 'BODY_NOT_UTF8'],
    ['a surrogate in UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 'BODY_NOT_UTF8'],
  ])('%s: 400', (_name, body, code) => expect(event(body)).toMatchObject({ status: 400, code }));

  test.each([
    ['an array', '[]', 'EVENT_FIELD_TYPE', ''],
    ['a text', '"canary"', 'EVENT_FIELD_TYPE', ''],
    ['null', 'null', 'EVENT_FIELD_TYPE', ''],
    ['a number', '12345678901234567890', 'EVENT_FIELD_TYPE', ''],
    ['a lone surrogate', '{"data":{"a":["\\ud800"]}}', 'JSON_SURROGATE', '/data/a/0'],
    ['__proto__', '{"data":{"__proto__":{"canary":1}}}', 'JSON_KEY_FORBIDDEN', '/data/__proto__'],
    ['a number beyond numbers', '{"n":1e999}', 'JSON_NUMBER', '/n'],
  ])('%s: a slot that is rejected', (_name, body, code, path) => {
    expect(event(body)).toMatchObject([{ verdict: 'reject', errors: [{ code, path }] }]);
    expect(JSON.stringify(event(body))).not.toContain('canary');
  });
});

describe('a batch', () => {
  test.each([
    ['an array', array('[{"n":0},{"n":1}]'), 9],
    ['an object of events', array('{"events":[{"n":0},{"n":1}]}'), 14],
    ['lines', lines('{"n":0}\n{"n":1}'), 7],
    ['lines with blank ones between', lines('\ufeff\n{"n":0}\r\n\n  \n{"n":1}\r\n\n'), 8],
  ])('%s: a slot each, in order', (_name, slots, rawSize) =>
    expect(slots).toEqual([0, 1].map((n) => ({ content: { n }, ...facts, rawSize }))),
  );

  test.each([
    ['an array', array('[{},{}]', 'k')],
    ['lines', lines('\n{}\n\n{}', 'k')],
  ])('%s: a key names each by its position', (_name, slots) =>
    expect(slots).toMatchObject([{ identity: { id: 'k', part: '0' } }, { identity: { id: 'k', part: '1' } }]),
  );

  test('what is no event leaves its neighbours alone', () => {
    const codes = (slots: unknown) =>
      (slots as (RawEvent | Rejected)[]).map((slot) => ('verdict' in slot ? slot.errors[0]!.code : 'fine'));
    expect(codes(array('[{},1,{"__proto__":{}},"\\ud800",{}]'))).toEqual([
      'fine',
      'EVENT_FIELD_TYPE',
      'JSON_KEY_FORBIDDEN',
      'JSON_SURROGATE',
      'fine',
    ]);
    expect(codes(lines(`{}\ncanary\n{"a":${'['.repeat(99)}${']'.repeat(99)}}\n"${'x'.repeat(1000)}"\n{}`))).toEqual([
      'fine',
      'JSON_SYNTAX',
      'JSON_DEPTH',
      'EVENT_TOO_LARGE',
      'fine',
    ]);
  });

  test('big integers keep their digits among neighbours that are refused', () => {
    const slots = array('[{"n":12345678901234567890},{"__proto__":98765432109876543210}]') as RawEvent[];
    expect(JSON.stringify(slots[0]!.content)).toBe('{"n":12345678901234567890}');
  });

  const six = Array.from({ length: 6 }, () => '{}');
  test.each([
    ['an empty array', array('[]'), 400, 'BATCH_EMPTY'],
    ['an empty list of events', array('{"events":[]}'), 400, 'BATCH_EMPTY'],
    ['no lines', lines('\n \r\n'), 400, 'BATCH_EMPTY'],
    ['one event', array('{"action":"x.a"}'), 400, 'BATCH_FORM'],
    ['events that are none', array('{"events":{}}'), 400, 'BATCH_FORM'],
    ['another key beside the events', array('{"events":[{}],"tenantId":"t"}'), 400, 'BATCH_FORM'],
    ['null', array('null'), 400, 'BATCH_FORM'],
    ['a text', array('"canary"'), 400, 'BATCH_FORM'],
    ['no JSON', array('[{},'), 400, 'JSON_SYNTAX'],
    ['depth 100,000', array('['.repeat(100_000)), 400, 'JSON_DEPTH'],
    ['too many in an array', array(`[${six.join()}]`), 413, 'BATCH_TOO_MANY'],
    ['too many lines', lines(six.join('\n')), 413, 'BATCH_TOO_MANY'],
  ])('%s is refused as a whole', (_name, result, status, code) => expect(result).toMatchObject({ status, code }));
});
