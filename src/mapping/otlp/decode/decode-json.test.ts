import { describe, expect, test } from 'vitest';
import { decode } from './decode.ts';
import { decoded, slotsOf } from '../fixtures.ts';
import type { OtlpLog } from './request.ts';

const requestWith = (...logRecords: string[]): Buffer =>
  Buffer.from(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[${logRecords.join(',')}]}]}]}`);
const logOf = (record: string): OtlpLog =>
  decoded('logs', 'json', requestWith(record)).groups[0]!.records[0] as OtlpLog;
const bodyOf = (value: string): unknown => logOf(`{"body":${value}}`).body;

describe('a value', () => {
  test.each([
    ['{"intValue":"42"}', '42'],
    ['{"intValue":-7}', '-7'],
    ['{"intValue":"9223372036854775807"}', '9223372036854775807'],
    ['{"intValue":-9223372036854775808}', '-9223372036854775808'],
    ['{"doubleValue":1.5}', '1.5'],
    ['{"doubleValue":"1.5e3"}', '1500'],
    ['{"doubleValue":"NaN"}', '"NaN"'],
    ['{"doubleValue":"-Infinity"}', '"-Infinity"'],
    ['{"boolValue":false}', 'false'],
    ['{"bytesValue":"//4="}', '"//4="'],
    ['{"bytesValue":"__4"}', '"//4="'],
    ['{"stringValue":"","intValue":null}', '""'],
    ['{"stringValue":null}', 'null'],
    ['{"notYetInvented":1}', 'null'],
    ['{"arrayValue":{}}', '[]'],
    ['{"kvlistValue":{"values":[{"key":"k","value":{"intValue":1}},{"key":"l"}]}}', '{"k":1,"l":null}'],
  ])('%s', (sent, expected) => expect(JSON.stringify(bodyOf(sent))).toBe(expected));

  test.each([
    ['{"intValue":"9223372036854775808"}', '/intValue'],
    ['{"intValue":1.5}', '/intValue'],
    ['{"intValue":"1e3"}', '/intValue'],
    ['{"doubleValue":"12 apples"}', '/doubleValue'],
    ['{"doubleValue":1e400}', '/doubleValue'],
    ['{"boolValue":"true"}', '/boolValue'],
    ['{"bytesValue":"*"}', '/bytesValue'],
    ['{"stringValue":5}', '/stringValue'],
    ['{"arrayValue":{"values":{}}}', '/arrayValue'],
    ['"bare"', '/value'],
  ])('%s is refused, and its neighbours are kept', (sent, path) => {
    const slots = slotsOf('logs', 'json', requestWith('{}', `{"body":${sent}}`, '{}'));
    expect(slots).toMatchObject([
      { content: {} },
      { verdict: 'reject', errors: [{ code: 'EVENT_FIELD_TYPE', path }] },
      { content: {} },
    ]);
  });

  test.each([
    ['a lone surrogate', '{"body":{"stringValue":"\\ud800"}}', 'EVENT_NOT_UTF8'],
    ['a key __proto__', '{"attributes":[{"key":"__proto__","value":{"intValue":1}}]}', 'EVENT_KEY_FORBIDDEN'],
    ['34 levels', `{"body":${'{"arrayValue":{"values":['.repeat(34)}${']}}'.repeat(34)}}`, 'EVENT_TOO_DEEP'],
  ])('%s refuses its record only', (_, record, code) => {
    expect(slotsOf('logs', 'json', requestWith(record, '{}'))).toMatchObject([
      { verdict: 'reject', errors: [{ code }] },
      { content: {} },
    ]);
  });
});

describe('a time', () => {
  test.each([
    ['"1795000000123456789"', { seconds: 1_795_000_000, nanos: 123_456_789 }],
    ['1795000000123456789', { seconds: 1_795_000_000, nanos: 123_456_789 }],
    ['"18446744073709551615"', { seconds: 18_446_744_073, nanos: 709_551_615 }],
    ['"999999999"', { seconds: 0, nanos: 999_999_999 }],
    ['"0"', undefined],
    ['null', undefined],
  ])('%s', (sent, expected) => expect(logOf(`{"timeUnixNano":${sent}}`).time).toEqual(expected));

  test.each(['"18446744073709551616"', '"-1"', '"soon"', '1.5', '""', '{}'])('%s is refused', (sent) => {
    expect(logOf(`{"timeUnixNano":${sent}}`)).toMatchObject({ refused: { path: '/timeUnixNano' } });
  });
});

describe('an id', () => {
  const HEX = '0af7651916cd43dd8448eb211c80319c';
  test.each([
    [HEX, HEX, false],
    [HEX.toUpperCase(), HEX, false],
    [Buffer.from(HEX, 'hex').toString('base64'), HEX, false],
    ['0'.repeat(32), '', false],
    ['', '', false],
    ['abc', '', true],
    [`${HEX}00`, '', true],
    [`g${HEX.slice(1)}`, '', true],
  ])('%s', (sent, traceId, badId) => {
    expect(logOf(`{"traceId":"${sent}"}`)).toMatchObject({ traceId, badId });
  });
});

test.each([
  ['nothing', ''],
  ['no JSON', '{"resourceLogs":'],
  ['an array', '[]'],
  ['resourceLogs that is no list', '{"resourceLogs":{}}'],
  ['logRecords that is no list', '{"resourceLogs":[{"scopeLogs":[{"logRecords":5}]}]}'],
  ['not UTF-8', Buffer.from([0x22, 0xff, 0x22])],
  ['100,000 levels', '['.repeat(100_000)],
  ['1,000 levels of a value', requestWith(`{"body":${'{"arrayValue":{"values":['.repeat(1000)}${']}}'.repeat(1000)}}`)],
])('%s is a 400', (_, body) => {
  expect(decode('logs', 'json', Buffer.from(body))).toMatchObject({ status: 400, code: 'OTLP_MALFORMED' });
});

test('a message never holds what was sent', () => {
  const canary = 'CANARYcanary';
  const bodies = [canary, `{"resourceLogs":"${canary}"}`, `{"${canary}":`, `[${canary}]`];
  for (const body of bodies) expect(JSON.stringify(decode('logs', 'json', Buffer.from(body)))).not.toContain(canary);
  const records = [
    `{"timeUnixNano":"${canary}"}`,
    `{"body":{"intValue":"${canary}"}}`,
    `{"severityNumber":"${canary}"}`,
  ];
  expect(JSON.stringify(slotsOf('logs', 'json', requestWith(...records)))).not.toContain(canary);
});

test('what is not known is ignored, and a share of the request is the size', () => {
  const body = requestWith('{"somethingNew":{"a":1},"eventName":"x.own"}', '{}');
  const slots = slotsOf('logs', 'json', body);
  expect(slots).toMatchObject([
    { content: { action: 'x.own' }, rawSize: Math.floor(body.length / 2) },
    { content: { action: 'x.log' } },
  ]);
});
