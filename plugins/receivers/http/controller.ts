import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener, type HttpBindings, RequestError } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { type Context, Hono } from 'hono';
import {
  busyProblem,
  createInFlight,
  credentialOf,
  type Intake,
  isProblem,
  isRefusal,
  type Lease,
  type Log,
  parseMediaType,
  placeOfFault,
  type Problem,
  PROBLEM_MEDIA_TYPE,
  problemBody,
  problemHeaders,
  readBody,
  refusalProblem,
  reserveFor,
  sendProblem,
} from '../../../src/sdk/index.ts';
import type { CloudEventOptions } from '../../../src/mapping/cloudevents/map-cloud-event.ts';
import { type Answer, answerBatch, answerEvent } from './answer.ts';
import type { RequestFacts } from './decode.ts';
import { createForms, type Forms } from './forms.ts';
import { idempotencyKeyOf, traceparentOf } from './headers.ts';

export interface IngestOptions {
  /** The receiver's component id. */
  readonly receiver: string;
  readonly log: Log;
  readonly maxEventBytes: number;
  readonly maxBatchBytes: number;
  readonly maxBatchEvents: number;
  readonly cloudEvents?: CloudEventOptions;
}

export const PATHS = ['/v1/events'];

const STOPPING = busyProblem({ busy: 'stopping', afterMs: 1000 });

/**
 * The native HTTP API: `POST /v1/events` and `POST /v1/events/batch`. Answers go straight to the node response, which
 * saves a Web response a request.
 */
export class EventIngestController {
  readonly #intake: Intake;
  readonly #options: IngestOptions;
  readonly #forms: Forms;
  readonly #inFlight = createInFlight();
  #stopping = false;

  constructor(intake: Intake, options: IngestOptions) {
    this.#intake = intake;
    this.#options = options;
    const { maxEventBytes, maxBatchEvents: maxEvents, cloudEvents = {} } = options;
    this.#forms = createForms({ maxEventBytes, maxEvents }, cloudEvents);
  }

  /** For `context.listen`. */
  handler(): (request: IncomingMessage, response: ServerResponse) => void {
    const listener = getRequestListener(this.#app().fetch, {
      hostname: 'localhost',
      overrideGlobalObjects: false,
      // The listener's host reads and bounds what is left of a body.
      autoCleanupIncoming: false,
      errorHandler: (error) => toResponse(error instanceof RequestError ? BAD_TARGET : this.#faultOf(error)),
    });
    return (request, response) => {
      this.#inFlight.add(listener(request, response));
    };
  }

  /** Answers 503 from now on; resolves when what had begun is answered, or at the signal. */
  stop(signal: AbortSignal): Promise<void> {
    this.#stopping = true;
    return this.#inFlight.settled(signal);
  }

  #app(): Hono<{ Bindings: HttpBindings }> {
    const app = new Hono<{ Bindings: HttpBindings }>();
    app.post('/v1/events', (c) => this.#answer(c, (request) => this.#takeEvent(request)));
    app.post('/v1/events/batch', (c) => this.#answer(c, (request) => this.#takeBatch(request)));
    app.all('/v1/events', (c) => refuse(c, NOT_POST));
    app.all('/v1/events/batch', (c) => refuse(c, NOT_POST));
    app.notFound((c) => refuse(c, NOT_FOUND));
    app.onError((error, c) => refuse(c, this.#faultOf(error)));
    return app;
  }

  async #answer(c: NodeContext, take: (request: IncomingMessage) => Promise<Answer | Problem>): Promise<Response> {
    const { incoming, outgoing } = c.env;
    const result = this.#stopping ? STOPPING : await take(incoming);
    if (isProblem(result)) return refuse(c, result);
    if (outgoing.destroyed) return RESPONSE_ALREADY_SENT;
    const body = JSON.stringify(result.body);
    outgoing.writeHead(result.status, {
      'content-type': result.refused === true ? PROBLEM_MEDIA_TYPE : 'application/json',
      'content-length': Buffer.byteLength(body),
    });
    outgoing.end(body);
    return RESPONSE_ALREADY_SENT;
  }

  #takeEvent(request: IncomingMessage): Promise<Answer | Problem> {
    const decode = this.#forms.eventForm(request);
    if (decode === undefined) return Promise.resolve(unsupported(this.#forms.eventTypes));
    return this.#withBody(request, this.#options.maxEventBytes, async (bytes, lease, facts) => {
      const slots = await decode(bytes, facts);
      return isProblem(slots) ? slots : answerEvent((await lease.emit({ slots }))[0]!);
    });
  }

  #takeBatch(request: IncomingMessage): Promise<Answer | Problem> {
    const decode = this.#forms.batchForm(request);
    if (decode === undefined) return Promise.resolve(unsupported(this.#forms.batchTypes));
    return this.#withBody(request, this.#options.maxBatchBytes, async (bytes, lease, facts) => {
      const slots = await decode(bytes, facts);
      return isProblem(slots) ? slots : answerBatch(await lease.emit({ slots }));
    });
  }

  /** Who it is, room for the body, the body; and the room given back whatever happens. */
  async #withBody(
    request: IncomingMessage,
    maxBytes: number,
    take: (bytes: Buffer, lease: Lease, facts: RequestFacts) => Promise<Answer | Problem>,
  ): Promise<Answer | Problem> {
    const principal = await this.#intake.authenticate(credentialOf(request));
    if (isRefusal(principal)) return refusalProblem(principal);
    const facts = this.#factsOf(request);
    if (isProblem(facts)) return facts;
    const limits = { maxBytes, maxCompressedBytes: maxBytes };
    const lease = reserveFor(request, this.#intake, principal, limits);
    if (isProblem(lease)) return lease;
    try {
      const bytes = await readBody(request, lease, limits);
      return isProblem(bytes) ? bytes : await take(bytes, lease, { ...facts, receivedAt: this.#intake.now() });
    } finally {
      lease.release();
    }
  }

  #factsOf(request: IncomingMessage): Omit<RequestFacts, 'receivedAt'> | Problem {
    const key = idempotencyKeyOf(request);
    if (isProblem(key)) return key;
    const traceparent = traceparentOf(request);
    const contentType = parseMediaType(request.headers['content-type']).essence;
    const source = { kind: 'api' as const, receiver: this.#options.receiver, contentType };
    return {
      source: traceparent === undefined ? source : { ...source, traceparent },
      ...(key !== undefined && { key }),
    };
  }

  #faultOf(error: unknown): Problem {
    this.#options.log.error('a request failed', placeOfFault(error));
    return FAULT;
  }
}

type NodeContext = Context<{ Bindings: HttpBindings }>;

const refuse = (c: NodeContext, problem: Problem): Response => {
  sendProblem(c.env.outgoing, problem);
  return RESPONSE_ALREADY_SENT;
};

/** For what fails before or beside the app, where there is no node response at hand. */
const toResponse = (problem: Problem): Response =>
  new Response(JSON.stringify(problemBody(problem)), { status: problem.status, headers: problemHeaders(problem) });

const unsupported = (taken: string): Problem => ({
  status: 415,
  code: 'HTTP_CONTENT_TYPE',
  title: 'The content type is not taken',
  detail: `Content-Type is ${taken}, in UTF-8.`,
});
const NOT_POST: Problem = {
  status: 405,
  code: 'HTTP_METHOD',
  title: 'Events are sent by POST',
  headers: { allow: 'POST' },
};
const NOT_FOUND: Problem = {
  status: 404,
  code: 'HTTP_NOT_FOUND',
  title: 'Nothing is served at this path',
  detail: 'Events are taken at /v1/events and /v1/events/batch.',
};
const BAD_TARGET: Problem = { status: 400, code: 'HTTP_TARGET', title: 'The path or the Host header is not valid' };
const FAULT: Problem = { status: 500, code: 'HTTP_INTERNAL', title: 'The collector failed to answer' };
