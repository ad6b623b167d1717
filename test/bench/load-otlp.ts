// OTLP/HTTP protobuf as services send it: about 405 bytes and a dozen attributes a log record, 512 records a request.
import { ProtobufLogsSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { seeded, type Seeded } from './seeded.ts';

const resource = resourceFromAttributes({
  'service.name': 'checkout',
  'service.namespace': 'shop',
  'service.version': '4.12.0',
  'deployment.environment.name': 'production',
});
const instrumentationScope = { name: 'shop.events', version: '1.0.0' };

const ACTIONS = ['request_received', 'checkout_started', 'payment_authorized', 'order_failed'] as const;

/** `requests` different bodies of `recordsPerRequest` records each, the same for the same seed. */
export const otlpLogBodies = (requests: number, recordsPerRequest: number, startSeconds: number): Uint8Array[] => {
  const random = seeded(7);
  return Array.from({ length: requests }, (_, request) => {
    const records = Array.from({ length: recordsPerRequest }, (__, i) =>
      record(random, startSeconds, request * recordsPerRequest + i),
    );
    const body = ProtobufLogsSerializer.serializeRequest(records);
    if (body === undefined) throw new Error('the OpenTelemetry serializer gave no bytes');
    return body;
  });
};

const record = (random: Seeded, startSeconds: number, i: number): ReadableLogRecord => {
  const action = random.pick(ACTIONS);
  return {
    hrTime: [startSeconds, random.below(1_000_000_000)],
    hrTimeObserved: [startSeconds, random.below(1_000_000_000)],
    severityNumber: 9,
    severityText: 'INFO',
    eventName: action,
    body: `${action} ${i}`,
    spanContext: { traceId: random.hex(32), spanId: random.hex(16), traceFlags: 1 },
    attributes: {
      'activity.category': action === 'request_received' ? 'system' : 'business',
      'user.id': `u-${random.below(50_000)}`,
      'object.type': 'order',
      'object.id': `o-${random.below(900_000) + 100_000}`,
      'session.id': `s-${random.hex(12)}`,
      'http.request.method': 'POST',
      'url.path': '/api/checkout',
      'http.response.status_code': 200,
      orderId: `o-${random.below(900_000) + 100_000}`,
      'cart.items': random.below(12),
      'cart.total': random.below(100_000) / 100,
      'cart.currency': 'EUR',
    },
    droppedAttributesCount: 0,
    resource,
    instrumentationScope,
  };
};
