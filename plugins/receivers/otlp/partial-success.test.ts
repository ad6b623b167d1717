import { JsonLogsSerializer, ProtobufLogsSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../../src/sdk/index.ts';
import { encodeResponse, encodeStatus, summarise } from './partial-success.ts';

const accepted: Outcome = { status: 'accepted', eventId: 'e', correlationId: 'c' };
const filtered: Outcome = { status: 'filtered', reason: 'r' };
const rejected = (code: string, path: string, message = 'words'): Outcome => ({
  status: 'rejected',
  errors: [{ code, path, message }],
});

describe('the summary', () => {
  test('counts each reason once, with its first record; filtered is no rejection', () => {
    const type = rejected('EVENT_FIELD_TYPE', '/severity', 'expected an integer');
    expect(summarise([accepted, type, filtered, type, rejected('EVENT_TOO_DEEP', '')])).toEqual({
      rejected: 3,
      message: '2x EVENT_FIELD_TYPE at /severity (record 1): expected an integer; 1x EVENT_TOO_DEEP (record 4): words',
    });
  });

  test('tells five reasons and how many more there are', () => {
    const outcomes = Array.from({ length: 8 }, (_, i) => rejected('EVENT_FIELD_TYPE', `/f${i}`));
    const { message } = summarise(outcomes);
    expect(message.match(/1x/g)).toHaveLength(5);
    expect(message).toMatch(/; and 3 more reasons$/);
  });

  test.each(['', 'a'])('is 1 KiB at most, cut at a character: %j', (shift) => {
    const { message } = summarise([rejected('EVENT_FIELD_TYPE', `/${shift}${'ü'.repeat(2000)}`)]);
    expect(Buffer.byteLength(message)).toBeLessThanOrEqual(1024);
    expect(message).not.toContain('\uFFFD');
  });
});

describe('the answer, as OpenTelemetry reads it', () => {
  const partial = { rejected: 300, message: 'grün' };
  test('protobuf', () => {
    expect(ProtobufLogsSerializer.deserializeResponse(encodeResponse('logs', 'protobuf', partial))).toEqual({
      partialSuccess: { rejectedLogRecords: 300, errorMessage: 'grün' },
    });
    expect(ProtobufTraceSerializer.deserializeResponse(encodeResponse('traces', 'protobuf', partial))).toEqual({
      partialSuccess: { rejectedSpans: 300, errorMessage: 'grün' },
    });
  });

  test('JSON', () => {
    expect(JsonLogsSerializer.deserializeResponse(encodeResponse('logs', 'json', partial))).toEqual({
      partialSuccess: { rejectedLogRecords: '300', errorMessage: 'grün' },
    });
  });

  test.each(['protobuf', 'json'] as const)('is empty where none was rejected: %s', (encoding) => {
    const body = encodeResponse('traces', encoding, { rejected: 0, message: '' });
    expect(body.toString()).toBe(encoding === 'json' ? '{}' : '');
  });
});

test('a status has a code and a message', () => {
  const status = encodeStatus({ status: 503, code: 'INTAKE_BUSY', title: 'Busy', detail: 'later' });
  expect(status).toEqual(Buffer.concat([Buffer.from([0x08, 14, 0x12, 24]), Buffer.from('INTAKE_BUSY: Busy. later')]));
});
