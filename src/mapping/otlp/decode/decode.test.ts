import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isProblem } from '../../../sdk/index.ts';
import { decode } from './decode.ts';
import {
  decoded,
  encodeLogs,
  encodeSpans,
  fixed64,
  hasBigNumber,
  int,
  keyValue,
  len,
  logArbitrary,
  requestOf,
  type SdkLog,
  sdkLog,
  type SdkSpan,
  sdkSpan,
  slotsOf,
  spanArbitrary,
} from '../fixtures.ts';
import { isRefused, type OtlpLog, type OtlpSpan } from './request.ts';

const logsIn = (bytes: Buffer): OtlpLog[] => {
  const request = decoded('logs', 'protobuf', bytes);
  return request.groups.flatMap<unknown>(({ records }) => records) as OtlpLog[];
};
const spansIn = (bytes: Buffer): OtlpSpan[] =>
  decoded('traces', 'protobuf', bytes).groups.flatMap<unknown>(({ records }) => records) as OtlpSpan[];

/** What a sent value should be here: JSON's view of it. */
const viewOf = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(viewOf);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, viewOf(entry)]));
  }
  return numberOf(value);
};
const numberOf = (value: unknown): unknown => {
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) return { big: value };
  return value === 0 ? 0 : value;
};
/** Integers that no double may hold are told apart, then compared as the doubles they were. */
const plain = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return numberOf(value);
  if ('rawJSON' in value) return { big: Number(value.rawJSON) };
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, plain(entry)]));
};
const listed = (attributes: object): unknown[] =>
  Object.entries(attributes).map(([key, value]) => [key, viewOf(value)]);
const pairs = ({ keys, values }: OtlpLog['attributes']): unknown[] => keys.map((key, i) => [key, plain(values[i])]);
const timeOf = ([seconds, nanos]: readonly [number, number]) =>
  seconds === 0 && nanos === 0 ? undefined : { seconds, nanos };
const idOf = (id: string): string => (/^0+$/.test(id) ? '' : id);

const expectedLog = (log: SdkLog) => ({
  time: timeOf(log.hrTime),
  observed: timeOf(log.hrTimeObserved),
  severityNumber: log.severityNumber ?? 0,
  severityText: log.severityText ?? '',
  body: viewOf(log.body),
  attributes: listed(log.attributes),
  droppedAttributesCount: log.droppedAttributesCount,
  flags: log.spanContext?.traceFlags ?? 0,
  traceId: idOf(log.spanContext!.traceId),
  spanId: idOf(log.spanContext!.spanId),
  eventName: log.eventName ?? '',
  badId: false,
});
const comparableLog = (log: OtlpLog) => ({
  ...log,
  body: plain(log.body),
  attributes: pairs(log.attributes),
});

const expectedSpan = (span: SdkSpan) => ({
  traceId: idOf(span.spanContext().traceId),
  spanId: idOf(span.spanContext().spanId),
  parentSpanId: idOf(span.parentSpanContext!.spanId),
  name: span.name,
  kind: span.kind + 1,
  start: timeOf(span.startTime),
  end: timeOf(span.endTime),
  attributes: listed(span.attributes),
  droppedAttributesCount: span.droppedAttributesCount,
  events: span.events.map((event) => ({
    time: timeOf(event.time),
    name: event.name,
    attributes: listed(event.attributes!),
  })),
  droppedEventsCount: span.droppedEventsCount,
  links: span.links.map((link) => ({
    traceId: idOf(link.context.traceId),
    spanId: idOf(link.context.spanId),
    traceState: '',
    attributes: listed(link.attributes!),
  })),
  droppedLinksCount: span.droppedLinksCount,
  statusCode: span.status.code,
  statusMessage: span.status.message,
});
const comparableSpan = (span: OtlpSpan) => ({
  ...span,
  attributes: pairs(span.attributes),
  events: span.events.map((event) => ({ ...event, attributes: pairs(event.attributes) })),
  links: span.links.map((link) => ({ ...link, attributes: pairs(link.attributes) })),
});

describe('what OpenTelemetry encodes', () => {
  test('is what a log record decodes to', () => {
    fc.assert(
      fc.property(fc.array(logArbitrary(), { minLength: 1, maxLength: 4 }), (logs) => {
        const records = logsIn(encodeLogs('protobuf', ...logs));
        expect(records.map(comparableLog)).toEqual(
          logs.map((log, i) => ({ ...expectedLog(log), encodedBytes: records[i]!.encodedBytes })),
        );
      }),
      { numRuns: 300 },
    );
  });

  test('is what a span decodes to', () => {
    fc.assert(
      fc.property(fc.array(spanArbitrary(), { minLength: 1, maxLength: 3 }), (spans) => {
        const records = spansIn(encodeSpans('protobuf', ...spans));
        expect(records.map(comparableSpan)).toMatchObject(spans.map(expectedSpan));
      }),
      { numRuns: 200 },
    );
  });

  const comparable = (slot: object) => JSON.parse(JSON.stringify({ ...slot, rawSize: 0, eventId: '' }));

  test.each([
    [
      'logs',
      () =>
        fc.array(
          logArbitrary().filter((log) => !hasBigNumber([log.body, log.attributes])),
          { maxLength: 3 },
        ),
    ],
    [
      'traces',
      () =>
        fc.array(
          spanArbitrary().filter((span) => !hasBigNumber([span.attributes, span.events, span.links])),
          { maxLength: 3 },
        ),
    ],
  ] as const)('gives the same raw events in JSON: %s', (signal, arbitrary) => {
    fc.assert(
      fc.property(arbitrary() as fc.Arbitrary<never[]>, (records) => {
        const encode = signal === 'logs' ? encodeLogs : encodeSpans;
        const [binary, json] = (['protobuf', 'json'] as const).map((encoding) =>
          slotsOf(signal, encoding, encode(encoding, ...records), true).map(comparable),
        );
        expect(json).toEqual(binary);
      }),
      { numRuns: 200 },
    );
  });

  test('counts the bytes of each record', () => {
    const [first, second] = logsIn(encodeLogs('protobuf', sdkLog(), sdkLog({ body: 'x'.repeat(1000) })));
    expect(second!.encodedBytes - first!.encodedBytes).toBe(1000 + 6);
  });
});

describe('what is cut or malformed', () => {
  const request = encodeLogs('protobuf', sdkLog({ body: { a: [1, 'zwölf'] }, attributes: { k: 'v' } }), sdkLog());

  test('is refused at every cut but between resources', () => {
    for (let length = 1; length < request.length; length++) {
      expect(decode('logs', 'protobuf', request.subarray(0, length)), `cut at ${length}`).toMatchObject({
        status: 400,
      });
    }
  });

  test('gives the whole resources before the cut, where it lies between two', () => {
    const two = Buffer.concat([request, request]);
    expect(decoded('logs', 'protobuf', two.subarray(0, request.length))).toEqual(decoded('logs', 'protobuf', request));
  });

  const whole = Object.entries({
    'field number 0': Buffer.from([0x02, 0x00]),
    'a group': Buffer.from([0x0b, 0x0c]),
    'wire type 6': Buffer.from([0x0e]),
    'a varint of eleven bytes': Buffer.from([0x08, ...Array<number>(10).fill(0x80), 0x01]),
    'a length of 2^32 + 2': Buffer.concat([Buffer.from([0x0a, 0x82, 0x80, 0x80, 0x80, 0x10]), Buffer.alloc(2)]),
    'a tag beyond 32 bits': Buffer.from([0x8a, 0x80, 0x80, 0x80, 0x10, 0x00]),
    'a length beyond the end': Buffer.from([0x0a, 0x05, 0x00]),
    'a length beyond its message': len(1, Buffer.from([0x12, 0x02]), Buffer.alloc(1)),
    'a varint that runs out of its message': Buffer.concat([requestOf(Buffer.from([0x10, 0xff])), Buffer.from([0x01])]),
  });
  test.each(whole)('%s', (_, bytes) => {
    expect(decode('logs', 'protobuf', bytes)).toMatchObject({ status: 400, code: 'OTLP_MALFORMED' });
  });

  test('random bytes give a request or a 400, in either encoding and signal', () => {
    const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
    const damaged = fc
      .tuple(fc.nat(request.length - 1), fc.nat(255))
      .map(([at, byte]) => Buffer.from(request.with(at, byte)));
    fc.assert(
      fc.property(
        fc.oneof(bytes, damaged),
        fc.constantFrom('logs' as const, 'traces' as const),
        fc.constantFrom('protobuf' as const, 'json' as const),
        (body, signal, encoding) => {
          const result = decode(signal, encoding, body);
          expect(isProblem(result) ? result.status : 400).toBe(400);
          if (!isProblem(result)) slotsOf(signal, encoding, body, true);
        },
      ),
      { numRuns: 3000 },
    );
  });
});

describe('a record at fault', () => {
  const good = len(5, len(1, 'good'));
  const nested = (depth: number, inner: Buffer): Buffer =>
    depth === 0 ? inner : nested(depth - 1, len(5, len(1, inner)));
  const nestedMap = (depth: number): Buffer =>
    depth === 0 ? len(1, 'x') : len(6, keyValue(1, 'k', nestedMap(depth - 1)));
  const faults: [string, string, Buffer][] = [
    ['is not UTF-8', 'EVENT_NOT_UTF8', len(5, len(1, Buffer.from([0x61, 0xff])))],
    ['has a key that is not UTF-8', 'EVENT_NOT_UTF8', keyValue(6, Buffer.from([0xc3, 0x28]), len(1, 'v'))],
    [
      'is cut within a character, in a long string',
      'EVENT_NOT_UTF8',
      len(5, len(1, 'ü'.repeat(200), Buffer.from([0xc3]))),
    ],
    ['nests arrays 1,000 deep', 'EVENT_TOO_DEEP', len(5, nested(1000, len(1, 'x')))],
    ['nests maps 33 deep', 'EVENT_TOO_DEEP', len(5, nestedMap(33))],
    ['has an attribute __proto__', 'EVENT_KEY_FORBIDDEN', keyValue(6, '__proto__', len(1, 'v'))],
    ['has __proto__ in a map', 'EVENT_KEY_FORBIDDEN', len(5, len(6, keyValue(1, '__proto__', len(6))))],
  ];
  test.each(faults)('%s: it alone is refused', (_, code, record) => {
    const slots = slotsOf('logs', 'protobuf', requestOf(good, record, good));
    expect(slots).toMatchObject([
      { content: { data: { value: 'good' } } },
      { verdict: 'reject', errors: [{ code }] },
      { content: { data: { value: 'good' } } },
    ]);
    expect(({} as Record<string, unknown>)['v']).toBeUndefined();
  });

  test('a resource or scope at fault refuses its own records only', () => {
    const record = len(2, good);
    const bad = Buffer.from([0xff]);
    const request = Buffer.concat([
      len(1, len(1, keyValue(1, bad, len(1, 'v'))), len(2, record)),
      len(1, len(2, len(1, len(1, bad)), record), len(2, record)),
    ]);
    expect(slotsOf('logs', 'protobuf', request).map((slot) => 'verdict' in slot)).toEqual([true, true, false]);
  });

  test('32 levels are taken, and U+FFFD that was sent is a character', () => {
    const [log] = logsIn(requestOf(Buffer.concat([len(5, nestedMap(32)), len(3, '\uFFFD')])));
    expect(isRefused(log!)).toBe(false);
    expect(log!.severityText).toBe('\uFFFD');
  });
});

describe('protobuf', () => {
  const bodyOf = (value: Buffer): unknown => logsIn(requestOf(len(5, value)))[0]!.body;

  test.each<[string, Buffer, unknown]>([
    ['an empty AnyValue', Buffer.alloc(0), null],
    ['the last of two values', Buffer.concat([len(1, 'a'), int(3, 5)]), 5],
    ['-1', int(3, -1n), -1],
    ['2^53 - 1', int(3, 2n ** 53n - 1n), Number.MAX_SAFE_INTEGER],
    ['-(2^53 - 1)', int(3, 1n - 2n ** 53n), Number.MIN_SAFE_INTEGER],
    ['bytes', len(7, Buffer.from([0xff, 0xfe])), '//4='],
    ['a boolean of ten bytes', Buffer.from([0x10, ...Array<number>(9).fill(0x80), 0x01]), true],
  ])('reads %s', (_, value, expected) => expect(bodyOf(value)).toEqual(expected));

  test.each([2n ** 53n, -(2n ** 53n), 2n ** 63n - 1n, -(2n ** 63n)])('keeps %s exactly', (value) => {
    expect(JSON.stringify(bodyOf(int(3, value)))).toBe(String(value));
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('keeps %s by its name', (value) => {
    const double = Buffer.alloc(9);
    double[0] = 0x21;
    double.writeDoubleLE(value, 1);
    expect(bodyOf(double)).toBe(String(value));
  });

  test('any nanosecond up to 2^64 - 1 survives', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }), (nanos) => {
        const { seconds, nanos: rest } = logsIn(requestOf(fixed64(1, nanos)))[0]!.time!;
        expect(BigInt(seconds) * 1_000_000_000n + BigInt(rest)).toBe(nanos);
      }),
    );
  });

  test('unknown fields, other wire types and any order of fields are no matter', () => {
    const unknown = [int(1000, 5), fixed64(13, 1n), len(14, 'x'), Buffer.from([0x7d, 1, 2, 3, 4]), len(1, 'no time')];
    const [log] = logsIn(requestOf(Buffer.concat([len(12, 'name'), ...unknown, len(5, len(1, 'b')), fixed64(1, 7n)])));
    expect(log).toMatchObject({ eventName: 'name', body: 'b', time: { seconds: 0, nanos: 7 } });
  });

  test('a resource counts wherever it stands', () => {
    const records = len(2, len(2, len(5, len(1, 'b'))));
    const resource = len(1, keyValue(1, 'service.name', len(1, 'late')));
    expect(slotsOf('logs', 'protobuf', len(1, records, resource))).toMatchObject([
      { content: { service: { name: 'late' } } },
    ]);
  });

  test('an id of the wrong length is left out with a warning, one of zeros without', () => {
    const [short, zero] = slotsOf('logs', 'protobuf', requestOf(len(9, 'short'), len(9, Buffer.alloc(16))));
    expect(short).toMatchObject({ warnings: [{ code: 'service_name_missing' }, { code: 'trace_context_invalid' }] });
    expect(zero).toMatchObject({ warnings: [{ code: 'service_name_missing' }] });
    expect(zero).not.toHaveProperty('content.correlation');
  });

  test('names that share their sampled bytes stay apart', () => {
    const names = ['aXbXcXdXe', 'aYbXcXdXe', 'aXbYcXdXe', 'aXbXcYdXe', 'aXbXcXdYe'];
    for (const name of [...names, ...names]) {
      expect(logsIn(requestOf(len(12, name)))[0]!.eventName).toBe(name);
    }
  });
});

test('a sample span of the fixtures is itself', () => {
  expect(spansIn(encodeSpans('protobuf', sdkSpan()))[0]).toMatchObject({ name: 'GET /orders', kind: 1 });
});
