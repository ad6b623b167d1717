// For the tests: protobuf written by hand, requests by OpenTelemetry's own serialisers, generated records.
import type { AnyValue, HrTime, SpanContext } from '@opentelemetry/api';
import {
  JsonLogsSerializer,
  JsonTraceSerializer,
  ProtobufLogsSerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer';
import fc from 'fast-check';
import type { RawEvent } from '../../event/raw-event.ts';
import { isProblem, type RawSlot } from '../../sdk/index.ts';
import { decode, type Encoding } from './decode/decode.ts';
import type { DecodedRequest, Signal } from './decode/request.ts';
import { toSlots } from './to-slots.ts';

export type SdkLog = Parameters<typeof ProtobufLogsSerializer.serializeRequest>[0][number];
export type SdkSpan = Parameters<typeof ProtobufTraceSerializer.serializeRequest>[0][number];

const varint = (value: bigint): number[] => {
  const bytes: number[] = [];
  for (let rest = BigInt.asUintN(64, value); ; rest >>= 7n) {
    if (rest < 0x80n) return [...bytes, Number(rest)];
    bytes.push(Number(rest & 0x7fn) | 0x80);
  }
};
export const int = (field: number, value: bigint | number): Buffer =>
  Buffer.from([...varint(BigInt(field << 3)), ...varint(BigInt(value))]);
export const len = (field: number, ...parts: (Buffer | string)[]): Buffer => {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part as string)));
  return Buffer.concat([Buffer.from([...varint(BigInt((field << 3) | 2)), ...varint(BigInt(body.length))]), body]);
};
export const fixed64 = (field: number, value: bigint): Buffer => {
  const bytes = Buffer.alloc(9);
  bytes[0] = (field << 3) | 1;
  bytes.writeBigUInt64LE(value, 1);
  return bytes;
};
export const keyValue = (field: number, key: string | Buffer, value: Buffer): Buffer =>
  len(field, len(1, key), len(2, value));

/** A request of one resource and one scope. */
export const requestOf = (...records: Buffer[]): Buffer => len(1, len(2, ...records.map((record) => len(2, record))));

export const decoded = (signal: Signal, encoding: Encoding, bytes: Buffer): DecodedRequest => {
  const request = decode(signal, encoding, bytes);
  if (isProblem(request)) throw new Error(`${request.code}: ${request.detail}`);
  return request;
};

export const RECEIVED_AT = { seconds: 1_795_000_000, nanos: 5 };
const SOURCE = { kind: 'otlp', receiver: 'otlp' } as const;

export const slotsOf = (signal: Signal, encoding: Encoding, bytes: Buffer, keepAllSpans = false): RawSlot[] =>
  toSlots(decoded(signal, encoding, bytes), bytes, {
    tenant: 'default',
    source: SOURCE,
    receivedAt: RECEIVED_AT,
    keepAllSpans,
  });

export const resourceOf = (attributes: Record<string, unknown>): SdkLog['resource'] =>
  ({ attributes }) as unknown as SdkLog['resource'];
const RESOURCE = resourceOf({ 'service.name': 'checkout' });
const SCOPE = { name: 'shop' };
const context = (traceId = '0af7651916cd43dd8448eb211c80319c', spanId = 'b7ad6b7169203331'): SpanContext => ({
  traceId,
  spanId,
  traceFlags: 1,
});

export const sdkLog = (part: Partial<SdkLog> = {}): SdkLog => ({
  hrTime: [1_795_000_000, 123_456_789],
  hrTimeObserved: [1_795_000_001, 0],
  spanContext: context(),
  resource: RESOURCE,
  instrumentationScope: SCOPE,
  attributes: {},
  droppedAttributesCount: 0,
  ...part,
});

export const sdkSpan = (part: Partial<SdkSpan> = {}): SdkSpan => ({
  name: 'GET /orders',
  kind: 0,
  spanContext: () => context(),
  startTime: [1_795_000_000, 0],
  endTime: [1_795_000_000, 250_500_000],
  duration: [0, 250_500_000],
  status: { code: 0 },
  attributes: {},
  links: [],
  events: [],
  ended: true,
  resource: RESOURCE,
  instrumentationScope: SCOPE,
  droppedAttributesCount: 0,
  droppedEventsCount: 0,
  droppedLinksCount: 0,
  ...part,
});

export const encodeLogs = (encoding: Encoding, ...logs: SdkLog[]): Buffer =>
  Buffer.from((encoding === 'json' ? JsonLogsSerializer : ProtobufLogsSerializer).serializeRequest(logs)!);
export const encodeSpans = (encoding: Encoding, ...spans: SdkSpan[]): Buffer =>
  Buffer.from((encoding === 'json' ? JsonTraceSerializer : ProtobufTraceSerializer).serializeRequest(spans)!);

/** OpenTelemetry's serialisers take a large double for an integer, and round it or wrap it round. */
export const hasBigNumber = (value: unknown): boolean =>
  typeof value === 'number'
    ? Number.isInteger(value) && !Number.isSafeInteger(value)
    : typeof value === 'object' && value !== null && Object.values(value).some(hasBigNumber);

/** The event of one record, through the real encoding and back. */
export const eventOfLog = (part: Partial<SdkLog>): RawEvent =>
  slotsOf('logs', 'protobuf', encodeLogs('protobuf', sdkLog(part)))[0] as RawEvent;
export const slotOfSpan = (part: Partial<SdkSpan>, keepAllSpans = false): RawSlot =>
  slotsOf('traces', 'protobuf', encodeSpans('protobuf', sdkSpan(part)), keepAllSpans)[0]!;
export const eventOfSpan = (part: Partial<SdkSpan>, keepAllSpans = false): RawEvent =>
  slotOfSpan(part, keepAllSpans) as RawEvent;

const text = () =>
  fc.oneof(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.string({ unit: 'binary', maxLength: 300 }));
const key = () =>
  fc
    .oneof(
      text(),
      fc.constantFrom('user.id', 'object.type', 'object.id', 'activity.actor.id', 'error.type', 'event.id'),
    )
    .filter((name) => name !== '__proto__');
const hex = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((id) => Buffer.from(id).toString('hex'));
const hrTime = (): fc.Arbitrary<HrTime> =>
  fc.tuple(fc.integer({ min: 0, max: 2 ** 32 }), fc.integer({ min: 0, max: 999_999_999 }));
const number = () => fc.oneof(fc.maxSafeInteger(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer());

const anyValue = () =>
  fc.letrec<{ value: AnyValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      text(),
      fc.boolean(),
      number(),
      fc.uint8Array({ maxLength: 20 }),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(key(), tie('value'), { maxKeys: 4, noNullPrototype: true }),
    ),
  })).value;

const attributes = () => fc.dictionary(key(), anyValue(), { maxKeys: 12, noNullPrototype: true });

export const logArbitrary = (): fc.Arbitrary<SdkLog> =>
  fc
    .record({
      hrTime: hrTime(),
      hrTimeObserved: hrTime(),
      severityNumber: fc.integer({ min: 0, max: 24 }),
      severityText: fc.oneof(fc.constantFrom('INFO', 'warn', ''), text()),
      body: fc.option(anyValue(), { nil: undefined }),
      eventName: fc.oneof(fc.constantFrom('order_failed', 'x.own', ''), text()),
      attributes: attributes(),
      droppedAttributesCount: fc.nat(),
      ids: fc.tuple(hex(16), hex(8), fc.integer({ min: 0, max: 255 })),
    })
    .map(({ ids: [traceId, spanId, traceFlags], ...part }) =>
      sdkLog({ ...(part as Partial<SdkLog>), spanContext: { traceId, spanId, traceFlags } }),
    );

export const spanArbitrary = (): fc.Arbitrary<SdkSpan> =>
  fc
    .record({
      name: text(),
      kind: fc.integer({ min: 0, max: 4 }),
      startTime: hrTime(),
      endTime: hrTime(),
      status: fc.record({ code: fc.integer({ min: 0, max: 2 }), message: text() }),
      attributes: attributes(),
      events: fc.array(
        fc.record({
          name: fc.oneof(fc.constant('exception'), text()),
          time: hrTime(),
          attributes: attributes(),
          droppedAttributesCount: fc.constant(0),
        }),
        { maxLength: 3 },
      ),
      links: fc.array(
        fc.record({
          context: fc.record({ traceId: hex(16), spanId: hex(8), traceFlags: fc.constant(1) }),
          attributes: attributes(),
        }),
        { maxLength: 3 },
      ),
      droppedAttributesCount: fc.nat(),
      droppedEventsCount: fc.nat(),
      droppedLinksCount: fc.nat(),
      ids: fc.tuple(hex(16), hex(8), hex(8)),
    })
    .map(({ ids: [traceId, spanId, parent], ...part }) =>
      sdkSpan({
        ...(part as unknown as Partial<SdkSpan>),
        spanContext: () => context(traceId, spanId),
        parentSpanContext: context(traceId, parent),
      }),
    );
