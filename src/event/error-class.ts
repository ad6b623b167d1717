// What kind of error it was: the table of EVENTS.md 4, tried from top to bottom.
import type { ErrorClass } from './schema.ts';

export interface ErrorFacts {
  readonly action: string;
  /** The error's own name and code: `SocketTimeoutException`, `ECONNRESET`, `40001`. */
  readonly type?: string | undefined;
  readonly code?: string | undefined;
  readonly httpStatus?: number | undefined;
  readonly grpcStatus?: number | undefined;
  /** The peer that failed, where it is named. */
  readonly dependency?: string | undefined;
  /** A database was asked. */
  readonly isDatabase?: boolean | undefined;
  readonly hasStack?: boolean | undefined;
}

export interface ClassifiedError {
  readonly class: ErrorClass;
  readonly retriable: boolean;
}

export interface ErrorRow {
  readonly class: ErrorClass;
  readonly retriable: boolean;
  readonly actions?: readonly string[];
  /** Over `code` and over the last segment of `type`. */
  readonly names?: RegExp;
  readonly http?: readonly number[];
  readonly grpc?: readonly number[];
  /** Over `code`, of a database's error only: five digits are elsewhere anything. */
  readonly sqlState?: RegExp;
  readonly also?: (facts: ErrorFacts) => boolean;
}

const isPeerFailure = ({ httpStatus = 0, dependency }: ErrorFacts): boolean =>
  httpStatus >= 500 && httpStatus <= 599 && dependency !== undefined;

/** Order matters: a specific row stands before the one that would swallow it, authorization before `Invalid*`. */
export const ERROR_ROWS: readonly ErrorRow[] = [
  {
    class: 'timeout',
    retriable: true,
    actions: ['downstream_timeout'],
    names: /^E?TIMEDOUT$|^ESOCKETTIMEDOUT$|timeout|timed_?out|DeadlineExceeded|DEADLINE_EXCEEDED/i,
    http: [408, 504],
    grpc: [4],
    sqlState: /^57014$/,
  },
  {
    class: 'connection',
    retriable: false,
    names: /^(CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|SSL|TLS)|CertificateException|^EPROTO$/,
  },
  {
    class: 'connection',
    retriable: true,
    names:
      /^(ECONN(REFUSED|RESET|ABORTED)|EPIPE|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UNAVAILABLE)$|^Connect(ion)?(Refused|Reset|Error|Exception)/,
    grpc: [14],
    sqlState: /^(08...|57P0[1-3])$/,
  },
  {
    class: 'throttling',
    retriable: true,
    names: /^(Throttl|TooManyRequests|SlowDown|RequestThrottled|RESOURCE_EXHAUSTED$)|ThroughputExceeded/i,
    http: [429],
    grpc: [8],
    sqlState: /^53300$/,
  },
  { class: 'quota', retriable: false, names: /LimitExceeded/, http: [413, 507], sqlState: /^53100$/ },
  { class: 'dependency', retriable: true, http: [502, 503], also: isPeerFailure },
  { class: 'database', retriable: true, sqlState: /^(40001|40P01|53...)$/ },
  { class: 'database', retriable: false, actions: ['db_error'], sqlState: /^[0-9A-Z]{5}$/ },
  {
    class: 'authorization',
    retriable: false,
    names: /^(AccessDenied|Unauthorized|Forbidden|PermissionDenied|PERMISSION_DENIED|EACCES$|EPERM$)/,
    http: [403],
    grpc: [7],
  },
  {
    class: 'authentication',
    retriable: false,
    names:
      /^(ExpiredToken|TokenExpired|InvalidClientTokenId|InvalidToken|InvalidCredentials|SignatureDoesNotMatch|UNAUTHENTICATED|Unauthenticated|Authentication)/,
    http: [401],
    grpc: [16],
  },
  {
    class: 'validation',
    retriable: false,
    names: /^(Validation|Malformed|Invalid|Missing|INVALID_ARGUMENT$|FAILED_PRECONDITION$|OUT_OF_RANGE$)/,
    http: [400, 422],
    grpc: [3, 9, 11],
  },
  { class: 'not_found', retriable: false, names: /^NoSuch|NotFound|^(ENOENT|NOT_FOUND)$/, http: [404, 410], grpc: [5] },
  {
    class: 'conflict',
    retriable: false,
    names: /AlreadyExists|InUse|^Conflict|NotEmpty|^(EEXIST|ALREADY_EXISTS|ABORTED)$/,
    http: [409, 412],
    grpc: [6, 10],
  },
  { class: 'resource', retriable: false, names: /^(ENOSPC|EMFILE|ENFILE|ENOMEM)$|OutOfMemory|out of memory/i },
  {
    class: 'configuration',
    retriable: false,
    names: /^(Config|Configuration|Unsupported|NotImplemented|NotSupported|UNIMPLEMENTED$)/,
    http: [501],
    grpc: [12],
  },
  {
    class: 'internal',
    retriable: false,
    names: /(Error|Exception|Panic|Assert\w*)$|^panic|^(INTERNAL|DATA_LOSS)$/i,
    http: [500],
    grpc: [2, 13, 15],
    also: ({ hasStack }) => hasStack === true,
  },
];

const UNKNOWN: ClassifiedError = { class: 'unknown', retriable: false };

export const classifyError = (facts: ErrorFacts): ClassifiedError =>
  ERROR_ROWS.find((row) => recognises(row, facts)) ?? UNKNOWN;

const recognises = (row: ErrorRow, facts: ErrorFacts): boolean =>
  row.actions?.includes(facts.action) === true ||
  isNamed(row, facts) ||
  (facts.httpStatus !== undefined && row.http?.includes(facts.httpStatus) === true) ||
  (facts.grpcStatus !== undefined && row.grpc?.includes(facts.grpcStatus) === true) ||
  row.also?.(facts) === true;

const isNamed = ({ names, sqlState }: ErrorRow, { action, code, type, isDatabase }: ErrorFacts): boolean => {
  if (code !== undefined && (action === 'db_error' || isDatabase === true) && sqlState?.test(code) === true)
    return true;
  if (names === undefined) return false;
  return (code !== undefined && names.test(code)) || (type !== undefined && names.test(lastSegment(type)));
};

/** `java.net.SocketTimeoutException`, `ns::Error` and `pkg/Error` by their last name. */
const lastSegment = (type: string): string =>
  type.slice(Math.max(...[...'.:/'].map((mark) => type.lastIndexOf(mark))) + 1);
