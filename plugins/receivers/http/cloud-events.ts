// CloudEvents in HTTP's three modes to the slots of a batch: structured, binary, batched. Their own (source, id) names
// the event, whatever the Idempotency-Key.
import type { IncomingHttpHeaders } from 'node:http';
import { isJsonProblem } from '../../../src/event/json.ts';
import { binaryModeEvent } from '../../../src/mapping/cloudevents/binary-mode.ts';
import { type CloudEventOptions, mapCloudEvent } from '../../../src/mapping/cloudevents/map-cloud-event.ts';
import { type Problem, type RawSlot, reject } from '../../../src/sdk/index.ts';
import { type RequestFacts, slotOrProblem, type ToSlot } from './decode.ts';

export const cloudEventSlot =
  (options: CloudEventOptions): ToSlot =>
  (result, rawSize, facts) =>
    isJsonProblem(result)
      ? reject(result.code, result.path, result.message)
      : mapCloudEvent(result.value, { ...facts.source, receivedAt: facts.receivedAt, rawSize }, options);

export const isBinaryMode = (headers: IncomingHttpHeaders): boolean => headers['ce-specversion'] !== undefined;

export const decodeBinaryMode = (
  headers: IncomingHttpHeaders,
  bytes: Buffer,
  facts: RequestFacts,
  toSlot: ToSlot,
): RawSlot[] | Problem => {
  const result = binaryModeEvent(headers, bytes);
  if ('value' in result) return [toSlot(result, bytes.length, facts)];
  const { code, path, message } = result;
  return isJsonProblem(result)
    ? slotOrProblem(result, () => reject(code, path, message))
    : [reject(code, path, message)];
};
