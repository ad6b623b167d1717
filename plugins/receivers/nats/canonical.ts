// Lines that the nats exporter of another collector wrote. Trusted to be processed and redacted; checked for what the
// engine relies on, so that none can stop the others.
import { compileCheck } from '../../../src/event/check.ts';
import type { JsonResult } from '../../../src/event/json.ts';
import { isJsonProblem } from '../../../src/event/json.ts';
import type { RawSource } from '../../../src/event/raw-event.ts';
import { canonicalEvent, type CanonicalEvent } from '../../../src/event/schema.ts';
import { parseInstant } from '../../../src/event/time.ts';
import { type RawSlot, reject, rejectAll, z } from '../../../src/sdk/index.ts';

const { schemaVersion, eventId, tenantId, category, action, timestamp, receivedAt, processedAt } = canonicalEvent.shape;
const check = compileCheck(
  z.looseObject({
    schemaVersion,
    eventId,
    tenantId,
    category,
    action,
    timestamp,
    receivedAt,
    processedAt,
    correlation: canonicalEvent.shape.correlation,
    processing: z.looseObject({}),
    integrity: canonicalEvent.shape.integrity,
  }),
);

export const canonicalSlot = (result: JsonResult, tenant: string, source: RawSource): RawSlot => {
  if (isJsonProblem(result)) return reject(result.code, result.path, result.message);
  const errors = check(result.value);
  if (errors.length > 0) return rejectAll(errors);
  const event = result.value as CanonicalEvent;
  if (event.tenantId !== tenant) return reject('TENANT_MISMATCH', '/tenantId', 'is not the tenant of the subject');
  const time = parseInstant(event.timestamp);
  if (typeof time === 'string') return reject('EVENT_TIME_FORMAT', '/timestamp', 'is not a canonical time');
  const received = parseInstant(event.receivedAt);
  if (typeof received === 'string') return reject('EVENT_TIME_FORMAT', '/receivedAt', 'is not a canonical time');
  return {
    content: event as unknown as Readonly<Record<string, unknown>>,
    canonical: true,
    source,
    instant: time.instant,
    eventId: event.eventId,
    receivedAt: received.instant,
    rawSize: event.integrity.rawSize,
  };
};
