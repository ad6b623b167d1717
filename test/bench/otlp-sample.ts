// Records as a shop's services send them: about 405 bytes of protobuf and 12 attributes each.
import { SpanKind, type SpanContext } from '@opentelemetry/api';
import {
  JsonLogsSerializer,
  JsonTraceSerializer,
  ProtobufLogsSerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer';

type ReadableLogRecord = Parameters<typeof ProtobufLogsSerializer.serializeRequest>[0][number];
type ReadableSpan = Parameters<typeof ProtobufTraceSerializer.serializeRequest>[0][number];

const hex = (value: number, width: number): string => value.toString(16).padStart(width, '0');
const START = 1_795_000_000;

const resource = {
  attributes: { 'service.name': 'checkout', 'service.version': '4.2.1', 'deployment.environment.name': 'production' },
} as unknown as ReadableLogRecord['resource'];
const instrumentationScope = { name: 'shop.checkout', version: '1.0.0' };

const contextOf = (i: number): SpanContext => ({
  traceId: hex(i + 1, 8).repeat(4),
  spanId: hex(i + 7, 8).repeat(2),
  traceFlags: 1,
});

const attributesOf = (i: number) => ({
  'user.id': `user-${i % 997}`,
  'session.id': `s-${hex(i * 7919, 12)}`,
  'order.id': `ord-${100_000 + i}`,
  'cart.items': i % 9,
  'cart.total': 19.5 + i,
  'object.type': 'order',
  'payment.method': 'card',
  'http.request.method': 'POST',
  'url.path': '/checkout/confirm',
  'http.response.status_code': 201,
  'object.id': `ord-${100_000 + i}`,
  'feature.new_checkout': true,
});

const sampleLog = (_: unknown, i: number): ReadableLogRecord => ({
  hrTime: [START + i, 123_456_789],
  hrTimeObserved: [START + i, 123_956_789],
  spanContext: contextOf(i),
  severityNumber: 9,
  severityText: 'INFO',
  body: 'checkout started',
  eventName: 'checkout_started',
  resource,
  instrumentationScope,
  attributes: attributesOf(i),
  droppedAttributesCount: 0,
});

const sampleSpan = (_: unknown, i: number): ReadableSpan => ({
  name: 'POST /checkout/confirm',
  kind: SpanKind.SERVER,
  spanContext: () => contextOf(i),
  startTime: [START + i, 123_456_789],
  endTime: [START + i, 223_456_789],
  duration: [0, 100_000_000],
  status: { code: 0 },
  attributes: attributesOf(i),
  links: [],
  events: [],
  ended: true,
  resource,
  instrumentationScope,
  droppedAttributesCount: 0,
  droppedEventsCount: 0,
  droppedLinksCount: 0,
});

export const sampleRequest = (signal: 'logs' | 'traces', encoding: 'protobuf' | 'json', count: number): Buffer => {
  const serialise = {
    logs: { protobuf: ProtobufLogsSerializer, json: JsonLogsSerializer },
    traces: { protobuf: ProtobufTraceSerializer, json: JsonTraceSerializer },
  };
  const bytes =
    signal === 'logs'
      ? serialise.logs[encoding].serializeRequest(Array.from({ length: count }, sampleLog))
      : serialise.traces[encoding].serializeRequest(Array.from({ length: count }, sampleSpan));
  return Buffer.from(bytes!);
};
