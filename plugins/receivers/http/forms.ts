// Which forms are taken where: content type to decoder.
import type { IncomingMessage } from 'node:http';
import type { CloudEventOptions } from '../../../src/mapping/cloudevents/map-cloud-event.ts';
import { isUtf8, parseMediaType, type Problem, type RawSlot } from '../../../src/sdk/index.ts';
import { cloudEventSlot, decodeBinaryMode, isBinaryMode } from './cloud-events.ts';
import { type BatchLimits, decodeBatch, decodeEvent, type RequestFacts } from './decode.ts';

type Slots = RawSlot[] | Problem;
/** A body to its slots, or what is wrong with it as a whole. */
export type Decode = (bytes: Buffer, facts: RequestFacts) => Slots | Promise<Slots>;

export interface Forms {
  /** The decoder that a request asks for; undefined where its content type is not taken. */
  eventForm(request: IncomingMessage): Decode | undefined;
  batchForm(request: IncomingMessage): Decode | undefined;
  /** The content types, for the answer to one that is not. */
  readonly eventTypes: string;
  readonly batchTypes: string;
}

export const createForms = (limits: BatchLimits, options: CloudEventOptions): Forms => {
  const toSlot = cloudEventSlot(options);
  const events: Readonly<Record<string, Decode>> = {
    'application/json': (bytes, facts) => decodeEvent(bytes, facts),
    'application/cloudevents+json': (bytes, facts) => decodeEvent(bytes, facts, toSlot),
    'application/vnd.betalogs.event.v1+protobuf': async (bytes, facts) =>
      (await import('./protobuf.ts')).decodeFrame(bytes, facts, limits.maxEventBytes),
  };
  const batches: Readonly<Record<string, Decode>> = {
    'application/json': (bytes, facts) => decodeBatch(bytes, 'json', facts, limits),
    'application/x-ndjson': (bytes, facts) => decodeBatch(bytes, 'ndjson', facts, limits),
    'application/cloudevents-batch+json': (bytes, facts) => decodeBatch(bytes, 'json', facts, limits, toSlot),
  };
  return {
    eventForm: (request) => {
      const form = formOf(events, request);
      const { headers } = request;
      // The content type of a structured CloudEvent goes before its headers (HTTP protocol binding, 3).
      return isBinaryMode(headers) && form !== events['application/cloudevents+json']
        ? (bytes, facts) => decodeBinaryMode(headers, bytes, facts, toSlot)
        : form;
    },
    batchForm: (request) => formOf(batches, request),
    eventTypes: Object.keys(events).join(' or '),
    batchTypes: Object.keys(batches).join(' or '),
  };
};

const formOf = (forms: Readonly<Record<string, Decode>>, request: IncomingMessage): Decode | undefined => {
  const type = parseMediaType(request.headers['content-type']);
  return isUtf8(type) && Object.hasOwn(forms, type.essence) ? forms[type.essence] : undefined;
};
