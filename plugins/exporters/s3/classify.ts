// S3's answer to an outcome, and nothing else. 412 is no fault: the object is there.
import type { ExportOutcome } from '../../../src/sdk/index.ts';

type Class = 'retry' | 'stop';

/** By the error's code; it goes before the status. */
const CODES: Readonly<Record<string, Class>> = {
  SlowDown: 'retry',
  Throttling: 'retry',
  ThrottlingException: 'retry',
  RequestLimitExceeded: 'retry',
  ServiceUnavailable: 'retry',
  InternalError: 'retry',
  RequestTimeout: 'retry',
  // Somebody else writes the same key: the next attempt meets 412.
  ConditionalRequestConflict: 'retry',
  OperationAborted: 'retry',
  // An upload that was given up under us.
  NoSuchUpload: 'retry',
  // The bytes were damaged on their way.
  BadDigest: 'retry',
  IncompleteBody: 'retry',
  XAmzContentSHA256Mismatch: 'retry',
  // The credential chain fetches new ones.
  ExpiredToken: 'retry',
  TokenRefreshRequired: 'retry',
  CredentialsProviderError: 'stop',
  // What a server does not implement, it will not learn by being asked again.
  NotImplemented: 'stop',
};

const RETRIED_STATUS: ReadonlySet<number> = new Set([408, 409, 425, 429]);

interface S3Fault {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly statusCode?: number; readonly headers?: Readonly<Record<string, string>> };
}

/** Undefined: not an answer of S3's, nor of the way there. The reason is code and status alone: a key tells the tenant. */
export const classify = (error: unknown): ExportOutcome | undefined => {
  if (!(error instanceof Error)) return undefined;
  const fault: S3Fault = error;
  const status = fault.$response?.statusCode ?? fault.$metadata?.httpStatusCode;
  const name = String(fault.name);
  if (status === undefined) return classOfTransport(fault, name);
  const kind = CODES[name] ?? (status < 300 || status >= 500 || RETRIED_STATUS.has(status) ? 'retry' : 'stop');
  const reason = `${name} (${status})`;
  return kind === 'stop' ? { status: 'stop', reason } : { status: 'retry', reason, ...delayOf(fault) };
};

const classOfTransport = (fault: S3Fault, name: string): ExportOutcome | undefined => {
  const known = CODES[name];
  if (known !== undefined) return { status: known, reason: name };
  if (name === 'TimeoutError' || name === 'AbortError') return { status: 'retry', reason: name };
  const { code } = fault;
  return typeof code === 'string' &&
    /^(E(?!RR_)|ERR_(SSL|TLS|STREAM_PREMATURE)|HPE_|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(code)
    ? { status: 'retry', reason: code }
    : undefined;
};

const delayOf = ({ $response }: S3Fault): { afterMs?: number } => {
  const seconds = Number($response?.headers?.['retry-after'] ?? Number.NaN);
  return Number.isFinite(seconds) && seconds > 0 ? { afterMs: seconds * 1000 } : {};
};
