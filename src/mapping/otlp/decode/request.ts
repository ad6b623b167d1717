// The one plain shape of an OTLP request, whichever encoding it came in.
import type { EventError } from '../../../sdk/index.ts';
import type { Instant } from '../../../event/time.ts';

export type Signal = 'logs' | 'traces';

/** An AnyValue as JSON would write it: bytes are base64, NaN and the infinities their names, int64 beyond 2^53 a RawJSON. */
export type OtlpValue = string | number | boolean | null | object | OtlpValue[];

/** As sent, in order; two arrays, so that no object is made which the mapping would take apart again. */
export interface Attributes {
  readonly keys: string[];
  readonly values: OtlpValue[];
}

export interface OtlpResource {
  attributes: Attributes;
  droppedAttributesCount: number;
}

export interface OtlpScope {
  name: string;
  version: string;
  attributes: Attributes;
  droppedAttributesCount: number;
}

/** Empty ids and names mean absent, as in protobuf; instants are undefined where the field is 0. */
export interface OtlpLog {
  time: Instant | undefined;
  observed: Instant | undefined;
  severityNumber: number;
  severityText: string;
  body: OtlpValue | undefined;
  readonly attributes: Attributes;
  droppedAttributesCount: number;
  flags: number;
  traceId: string;
  spanId: string;
  eventName: string;
  /** An id of the wrong length was left out. */
  badId: boolean;
  encodedBytes: number;
}

export interface OtlpSpanEvent {
  time: Instant | undefined;
  name: string;
  readonly attributes: Attributes;
  droppedAttributesCount: number;
}

export interface OtlpLink {
  traceId: string;
  spanId: string;
  traceState: string;
  readonly attributes: Attributes;
  droppedAttributesCount: number;
}

export interface OtlpSpan {
  traceId: string;
  spanId: string;
  parentSpanId: string;
  traceState: string;
  flags: number;
  name: string;
  kind: number;
  start: Instant | undefined;
  end: Instant | undefined;
  readonly attributes: Attributes;
  droppedAttributesCount: number;
  readonly events: OtlpSpanEvent[];
  droppedEventsCount: number;
  readonly links: OtlpLink[];
  droppedLinksCount: number;
  statusCode: number;
  statusMessage: string;
  badId: boolean;
  encodedBytes: number;
}

/** What stands in a record's place when its content, but not the request's structure, is at fault. */
export interface RefusedRecord {
  readonly refused: EventError;
}

export interface RecordGroup<R> {
  readonly resource: OtlpResource | RefusedRecord;
  readonly scope: OtlpScope | RefusedRecord;
  readonly records: readonly (R | RefusedRecord)[];
}

export type DecodedRequest =
  | { readonly signal: 'logs'; readonly groups: readonly RecordGroup<OtlpLog>[] }
  | { readonly signal: 'traces'; readonly groups: readonly RecordGroup<OtlpSpan>[] };

/** How deep arrays and maps of an AnyValue may stand in one another. */
export const MAX_VALUE_DEPTH = 32;

export const newAttributes = (): Attributes => ({ keys: [], values: [] });
export const newResource = (): OtlpResource => ({ attributes: newAttributes(), droppedAttributesCount: 0 });
export const newScope = (): OtlpScope => ({
  name: '',
  version: '',
  attributes: newAttributes(),
  droppedAttributesCount: 0,
});
export const newLog = (encodedBytes: number): OtlpLog => ({
  time: undefined,
  observed: undefined,
  severityNumber: 0,
  severityText: '',
  body: undefined,
  attributes: newAttributes(),
  droppedAttributesCount: 0,
  flags: 0,
  traceId: '',
  spanId: '',
  eventName: '',
  badId: false,
  encodedBytes,
});
export const newSpan = (encodedBytes: number): OtlpSpan => ({
  traceId: '',
  spanId: '',
  parentSpanId: '',
  traceState: '',
  flags: 0,
  name: '',
  kind: 0,
  start: undefined,
  end: undefined,
  attributes: newAttributes(),
  droppedAttributesCount: 0,
  events: [],
  droppedEventsCount: 0,
  links: [],
  droppedLinksCount: 0,
  statusCode: 0,
  statusMessage: '',
  badId: false,
  encodedBytes,
});
export const newSpanEvent = (): OtlpSpanEvent => ({
  time: undefined,
  name: '',
  attributes: newAttributes(),
  droppedAttributesCount: 0,
});
export const newLink = (): OtlpLink => ({
  traceId: '',
  spanId: '',
  traceState: '',
  attributes: newAttributes(),
  droppedAttributesCount: 0,
});

/** The request cannot be read on: 400 for all of it. */
export class MalformedError extends Error {}

/** One record cannot be taken; its neighbours can. */
export class ContentError extends Error {
  readonly error: EventError;
  constructor(code: string, message: string, path = '') {
    super(message);
    this.error = { code, path, message };
  }
}

/** Runs `read`; a fault of content becomes a value, a fault of structure goes on to the request. */
export const orRefused = <T>(read: () => T): T | RefusedRecord => {
  try {
    return read();
  } catch (error) {
    if (error instanceof ContentError) return { refused: error.error };
    throw error;
  }
};

export const isRefused = (value: object): value is RefusedRecord => 'refused' in value;
export const tooDeep = (): ContentError =>
  new ContentError('EVENT_TOO_DEEP', `arrays and maps stand more than ${MAX_VALUE_DEPTH} deep in one another`);

const ZERO = /^0+$/;
/** An id of all zeros is no id. */
export const presentId = (hex: string): string => (hex.startsWith('0') && ZERO.test(hex) ? '' : hex);

// ES2026, in V8 and not yet in TypeScript's library.
interface ExactJson {
  rawJSON(text: string): object;
  isRawJSON(value: unknown): value is { readonly rawJSON: string };
}
const exactJson = JSON as unknown as ExactJson;

export const isRawJson = exactJson.isRawJSON;
/** The digits of a number that was kept exactly; undefined for anything else. */
export const rawNumberText = (value: unknown): string | undefined =>
  exactJson.isRawJSON(value) ? value.rawJSON : undefined;

/** An integer that a double would round, exactly as sent. */
export const exactInteger = (value: bigint): number | object => {
  const rounded = Number(value);
  return Number.isSafeInteger(rounded) ? rounded : exactJson.rawJSON(String(value));
};

/** JSON has no name for these; `null` would lose them without a word. */
export const finiteOrName = (value: number): number | string => (Number.isFinite(value) ? value : String(value));

/** On a plain object this key would set the prototype. */
export const assertKey = (key: string): void => {
  if (key === '__proto__') throw new ContentError('EVENT_KEY_FORBIDDEN', 'a key is __proto__');
};
