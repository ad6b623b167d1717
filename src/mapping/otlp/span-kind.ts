// Which spans are events, and how they ended: the rules in the order of EVENTS.md 7.
import { grpcStatusOf } from '../../event/grpc-status.ts';
import { outcomeOfGrpc } from '../../event/outcome-status.ts';
import { FACT, type Facts } from './facts.ts';
import type { OtlpSpan, OtlpValue } from './decode/request.ts';

const SERVER = 2;
export const CLIENT = 3;
const OK = 1;
export const ERROR = 2;
const GRPC_DEADLINE_EXCEEDED = 4;
const HTTP_TIMEOUTS = new Set([408, 504]);

/** How a span ended, as far as it tells. */
export interface SpanStatus {
  readonly code: number;
  readonly http: number | undefined;
  readonly grpc: number | undefined;
  readonly timedOut: boolean;
  readonly usesDatabase: boolean;
}

const TIMEOUT_WORDS = /time[ _-]?d?[ _-]?out|deadline[ _-]?exceeded|ETIMEDOUT/i;
const MAX_SEARCHED_CHARS = 256;

const speaksOfTimeout = (text: OtlpValue | undefined): boolean =>
  typeof text === 'string' && TIMEOUT_WORDS.test(text.slice(0, MAX_SEARCHED_CHARS));

const toCode = (value: OtlpValue | undefined): number | undefined => {
  const code = typeof value === 'string' && /^\d{1,3}$/.test(value) ? Number(value) : value;
  return typeof code === 'number' && Number.isInteger(code) ? code : undefined;
};

/** By the conventions of today and of yesterday; of other systems than gRPC and its kin, only what reads alike. */
export const grpcStatus = (attributes: Readonly<Record<string, OtlpValue>>): number | undefined =>
  grpcStatusOf(attributes['rpc.grpc.status_code']) ??
  grpcStatusOf(attributes['rpc.response.status_code']) ??
  grpcStatusOf(attributes['rpc.connect_rpc.error_code']);

export const statusOf = (span: OtlpSpan, facts: Facts, attributes: Readonly<Record<string, OtlpValue>>): SpanStatus => {
  const http = toCode(facts.peek(FACT['http.response.status_code']) ?? facts.peek(FACT['http.status_code']));
  const grpc = grpcStatus(attributes);
  return {
    code: span.statusCode,
    http,
    grpc,
    timedOut:
      HTTP_TIMEOUTS.has(http ?? 0) ||
      grpc === GRPC_DEADLINE_EXCEEDED ||
      speaksOfTimeout(facts.peek(FACT['error.type'])) ||
      speaksOfTimeout(facts.peek(FACT['exception.type'])) ||
      (span.statusCode === ERROR && speaksOfTimeout(span.statusMessage)),
    usesDatabase: span.attributes.keys.some((key) => key.startsWith('db.')),
  };
};

/** Undefined where the span is no event. */
export const spanAction = (span: OtlpSpan, status: SpanStatus): string | undefined => {
  if (span.kind === CLIENT && status.usesDatabase && status.code === ERROR) return 'db_error';
  if (span.kind === CLIENT && status.timedOut) return 'downstream_timeout';
  return span.kind === SERVER ? 'request_received' : undefined;
};

/** What the span alone decides; undefined leaves it to the HTTP status, which the request carries on. */
export const spanOutcome = (action: string, status: SpanStatus): string | undefined => {
  if (action === 'downstream_timeout') return 'timeout';
  if (status.code === ERROR) return 'error';
  if (status.code === OK) return 'success';
  if (status.http !== undefined) return undefined;
  return outcomeOfGrpc(status.grpc) ?? 'unknown';
};
