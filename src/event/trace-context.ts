// W3C Trace Context, parsed strictly: a bad `traceparent` is worth nothing, a bad `tracestate` leaves `traceparent`.

export interface TraceParent {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const FORBIDDEN_VERSION = 'ff';

/** A later version may carry more after a dash; version 00 may not. */
export const parseTraceparent = (text: string): TraceParent | undefined => {
  const [, version, traceId = '', spanId = '', flags = '', more] = TRACEPARENT.exec(text) ?? [];
  if (version === undefined || version === FORBIDDEN_VERSION || (version === '00' && more !== undefined))
    return undefined;
  if (!isTraceId(traceId) || !isSpanId(spanId)) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) };
};

const TRACE_ID = /^(?!0{32})[0-9a-f]{32}$/;
const SPAN_ID = /^(?!0{16})[0-9a-f]{16}$/;
/** 32 hex digits in lower case, not all zero. */
export const isTraceId = (text: string): boolean => TRACE_ID.test(text);
/** 16 hex digits in lower case, not all zero. */
export const isSpanId = (text: string): boolean => SPAN_ID.test(text);

const MAX_TRACESTATE = 512;
const MAX_MEMBERS = 32;
const KEY = /^(?:[a-z0-9][a-z0-9_*/-]{0,255}|[a-z0-9][a-z0-9_*/-]{0,240}@[a-z][a-z0-9_*/-]{0,13})$/;
const VALUE = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;

/** Members `key=value`, at most 32 and no key twice; empty members are allowed. */
export const isTraceState = (text: string): boolean => {
  if (text.length > MAX_TRACESTATE) return false;
  const members = text
    .split(',')
    .map(trimmed)
    .filter((member) => member !== '');
  const keys = new Set(members.map((member) => member.slice(0, Math.max(0, member.indexOf('=')))));
  return members.length <= MAX_MEMBERS && keys.size === members.length && members.every(isMember);
};

const trimmed = (member: string): string => member.replace(/^[ \t]+/, '').replace(/[ \t]+$/, '');
const isMember = (member: string): boolean => {
  const split = member.indexOf('=');
  return split > 0 && KEY.test(member.slice(0, split)) && VALUE.test(member.slice(split + 1));
};
