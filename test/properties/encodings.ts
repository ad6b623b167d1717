// The forms in which an event leaves and comes back. A further one is a line in ENCODINGS.
import { expect } from 'vitest';
import { decodeBinary, encodeBinary, isBinaryProblem } from '../../src/event/binary.ts';
import { parseJson } from '../../src/event/json.ts';
import type { RawEvent } from '../../src/event/raw-event.ts';
import type { CanonicalEvent } from '../../src/event/schema.ts';
import { sealInto } from '../../src/event/seal.ts';
import { mapCloudEvent } from '../../src/mapping/cloudevents/map-cloud-event.ts';
import { toCloudEvent } from '../../src/mapping/cloudevents/to-cloud-event.ts';
import { decode } from '../../src/mapping/otlp/decode/decode.ts';
import { toOtlpJson } from '../../src/mapping/otlp/out/to-otlp-json.ts';
import { toSlots } from '../../src/mapping/otlp/to-slots.ts';
import { isProblem, type RawSlot } from '../../src/sdk/index.ts';
import { ORIGIN, RECEIVED_AT } from '../../src/testkit/arbitraries.ts';
import { newEngine, newNormalizer, newValidator } from './support.ts';

export interface EncodingUnderTest {
  readonly name: string;
  /** Out, and in again as a receiver would take it. */
  there(event: CanonicalEvent): CanonicalEvent;
}

const validator = newValidator();
const normalizer = newNormalizer();
const engine = newEngine();

/** What a pipeline makes of a receiver's slot. */
export const processed = (slot: RawSlot): CanonicalEvent => {
  if ('verdict' in slot) return expect.fail(`refused: ${JSON.stringify(slot)}`);
  const verdict = validator.validate(slot, ORIGIN);
  if (verdict.verdict === 'reject') return expect.fail(`refused: ${JSON.stringify(verdict.errors)}`);
  const event = normalizer.normalize(slot, ORIGIN);
  if ('verdict' in event) return expect.fail(`refused: ${JSON.stringify(event)}`);
  engine.correlate(event);
  return event;
};

export const throughOtlp = (events: readonly CanonicalEvent[]): RawEvent[] => {
  const bytes = Buffer.from(toOtlpJson(events));
  const request = decode('logs', 'json', bytes);
  if (isProblem(request)) return expect.fail(`${request.code}: ${request.detail}`);
  const source = { kind: 'otlp', receiver: 'otlp' } as const;
  const origin = { tenant: ORIGIN.tenant, source, receivedAt: RECEIVED_AT, keepAllSpans: false };
  return toSlots(request, bytes, origin) as RawEvent[];
};

const target = Buffer.alloc(131_072);

const throughJson = (event: CanonicalEvent): CanonicalEvent => {
  const line = target.toString('utf8', 0, sealInto(event, 1, target, 0));
  return (parseJson(line) as { value: CanonicalEvent }).value;
};

const throughBinary = (event: CanonicalEvent): CanonicalEvent => {
  const result = decodeBinary(encodeBinary(event));
  return isBinaryProblem(result) ? expect.fail(JSON.stringify(result)) : result;
};

const throughCloudEvent = (event: CanonicalEvent): CanonicalEvent => {
  const sent = parseJson(JSON.stringify(toCloudEvent(event))) as { value: object };
  return processed(mapCloudEvent(sent.value, { receiver: 'http', receivedAt: RECEIVED_AT, rawSize: 1 }));
};

export const ENCODINGS: readonly EncodingUnderTest[] = [
  { name: 'JSON', there: throughJson },
  { name: 'protobuf', there: throughBinary },
  { name: 'CloudEvents', there: throughCloudEvent },
  { name: 'OTLP', there: (event) => processed(throughOtlp([event])[0]!) },
];
