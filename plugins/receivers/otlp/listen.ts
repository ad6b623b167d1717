// OTLP over HTTP: plain node:http, for a framework costs as much a request as the decoding of several records.
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  createInFlight,
  busyProblem,
  credentialOf,
  type Intake,
  isProblem,
  isRefusal,
  isUtf8,
  type Lease,
  type Log,
  type Outcome,
  parseMediaType,
  placeOfFault,
  type Principal,
  type Problem,
  problemHeaders,
  readBody,
  refusalProblem,
  releaseBody,
  reserveFor,
  retriesAmong,
  retryProblem,
  sendProblem,
} from '../../../src/sdk/index.ts';
import { decode, type Encoding } from '../../../src/mapping/otlp/decode/decode.ts';
import { encodeResponse, encodeStatus, type PartialSuccess, summarise } from './partial-success.ts';
import type { Signal } from '../../../src/mapping/otlp/decode/request.ts';
import { toSlots } from '../../../src/mapping/otlp/to-slots.ts';

export interface HttpOptions {
  /** The receiver's component id. */
  readonly receiver: string;
  readonly log: Log;
  readonly maxCompressedBytes: number;
  readonly maxBytes: number;
  readonly keepAllSpans: boolean;
}

export const PATHS = ['/v1/logs', '/v1/traces', '/v1/metrics'];
const SIGNALS: ReadonlyMap<string, Signal> = new Map([
  ['/v1/logs', 'logs'],
  ['/v1/traces', 'traces'],
]);
const MEDIA_TYPES: Readonly<Record<Encoding, string>> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
};
const NONE_REJECTED: PartialSuccess = { rejected: 0, message: '' };

export interface OtlpHandler {
  (request: IncomingMessage, response: ServerResponse): void;
  /** Answers 503 from now on; resolves when the requests that had begun are answered, or at the signal. */
  stop(signal: AbortSignal): Promise<void>;
}

/** Answers every request, whatever comes: with 200, a problem, or a google.rpc.Status for a sender of protobuf. */
export const createHandler = (intake: Intake, options: HttpOptions): OtlpHandler => {
  const inFlight = createInFlight();
  let stopping = false;
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    inFlight.add(
      answer(request, response, options.log, () => (stopping ? STOPPING : receive(request, intake, options))),
    );
  };
  const stop = (signal: AbortSignal): Promise<void> => {
    stopping = true;
    return inFlight.settled(signal);
  };
  return Object.assign(handle, { stop });
};

interface Target {
  readonly signal: Signal;
  readonly encoding: Encoding;
}
interface Answer extends Target {
  readonly result: PartialSuccess;
}

const answer = async (
  request: IncomingMessage,
  response: ServerResponse,
  log: Log,
  receiveIt: () => Promise<Answer | Problem> | Problem,
): Promise<void> => {
  const result = await Promise.resolve()
    .then(receiveIt)
    .catch((error: unknown) => faultOf(error, log));
  if (response.headersSent || response.destroyed) return;
  if (isProblem(result)) sendFault(response, result, encodingOf(request));
  else sendBody(response, 200, result.encoding, encodeResponse(result.signal, result.encoding, result.result));
};

const faultOf = (error: unknown, log: Log): Problem => {
  log.error('an OTLP request failed', { code: FAULT.code, ...placeOfFault(error) });
  return FAULT;
};

const sendFault = (response: ServerResponse, problem: Problem, encoding: Encoding | undefined): void => {
  if (encoding !== 'protobuf') return sendProblem(response, problem);
  sendBody(response, problem.status, encoding, encodeStatus(problem), problemHeaders(problem));
};

const sendBody = (
  response: ServerResponse,
  status: number,
  encoding: Encoding,
  body: Buffer,
  headers: Readonly<Record<string, string>> = {},
): void => {
  response.writeHead(status, {
    ...headers,
    'content-type': MEDIA_TYPES[encoding],
    'content-length': String(body.length),
  });
  response.end(body);
};

const receive = async (request: IncomingMessage, intake: Intake, options: HttpOptions): Promise<Answer | Problem> => {
  const target = targetOf(request);
  if (isProblem(target)) return target;
  const principal = await intake.authenticate(credentialOf(request));
  if (isRefusal(principal)) return refusalProblem(principal);
  const lease = reserveFor(request, intake, principal, options);
  if (isProblem(lease)) return lease;
  try {
    return await take(lease, { request, target, principal, intake, options });
  } finally {
    lease.release();
  }
};

const targetOf = (request: IncomingMessage): Target | Problem => {
  const [path = ''] = (request.url ?? '').split('?');
  const signal = SIGNALS.get(path);
  if (signal === undefined) return NOT_HERE;
  if (request.method !== 'POST') return NOT_POST;
  const encoding = encodingOf(request);
  return encoding === undefined ? NOT_OTLP : { signal, encoding };
};

const encodingOf = (request: IncomingMessage): Encoding | undefined => {
  const type = parseMediaType(request.headers['content-type']);
  if (type.essence === MEDIA_TYPES.protobuf) return 'protobuf';
  return type.essence === MEDIA_TYPES.json && isUtf8(type) ? 'json' : undefined;
};

interface Taking {
  readonly request: IncomingMessage;
  readonly target: Target;
  readonly principal: Principal;
  readonly intake: Intake;
  readonly options: HttpOptions;
}

// Not async: neither the body nor what was decoded may be held until the journal has synced.
const take = (lease: Lease, taking: Taking): Promise<Answer | Problem> =>
  readBody(taking.request, lease, taking.options).then((bytes) => {
    if (isProblem(bytes)) return bytes;
    const emitted = emit(bytes, lease, taking);
    // Decoding has copied what it keeps.
    releaseBody(bytes);
    return emitted;
  });

const emit = (
  bytes: Buffer,
  lease: Lease,
  { request, target, principal, intake, options }: Taking,
): Promise<Answer | Problem> | Answer | Problem => {
  const decoded = decode(target.signal, target.encoding, bytes);
  if (isProblem(decoded)) return decoded;
  const slots = toSlots(decoded, bytes, {
    tenant: principal.tenant,
    source: sourceOf(request, target, options),
    receivedAt: intake.now(),
    keepAllSpans: options.keepAllSpans,
  });
  if (slots.length === 0) return { ...target, result: NONE_REJECTED };
  return lease.emit({ slots }).then((outcomes) => settle(target, outcomes));
};

const sourceOf = (request: IncomingMessage, { encoding }: Target, { receiver }: HttpOptions) => {
  const traceparent = request.headers['traceparent'];
  return {
    kind: 'otlp' as const,
    receiver,
    contentType: MEDIA_TYPES[encoding],
    ...(typeof traceparent === 'string' && { traceparent }),
  };
};

/** A sender of OTLP repeats the whole request or nothing: one record to be retried makes all of them so. */
const settle = (target: Target, outcomes: readonly Outcome[]): Answer | Problem => {
  const retries = retriesAmong(outcomes);
  return retries === undefined ? { ...target, result: summarise(outcomes) } : retryProblem(retries);
};

const STOPPING = busyProblem({ busy: 'stopping', afterMs: 1000 });
const FAULT: Problem = { status: 500, code: 'OTLP_INTERNAL', title: 'The collector failed at this request' };
const NOT_HERE: Problem = {
  status: 404,
  code: 'OTLP_SIGNAL',
  title: 'This signal is not taken',
  detail: 'this collector takes logs and traces: POST /v1/logs or /v1/traces',
};
const NOT_POST: Problem = {
  status: 405,
  code: 'OTLP_METHOD',
  title: 'OTLP is sent by POST',
  headers: { allow: 'POST' },
};
const NOT_OTLP: Problem = {
  status: 415,
  code: 'OTLP_CONTENT_TYPE',
  title: 'The content type is not taken',
  detail: 'Content-Type is application/x-protobuf or application/json (UTF-8).',
};
