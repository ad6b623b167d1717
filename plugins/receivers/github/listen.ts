// `POST /webhooks/github`. Nothing of a body is looked at before its signature is known to be right.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../../src/event/time.ts';
import {
  createInFlight,
  type Intake,
  isProblem,
  isUtf8,
  type Lease,
  type Log,
  parseMediaType,
  placeOfFault,
  type Problem,
  readBody,
  releaseBody,
  reserveFor,
  sendProblem,
} from '../../../src/sdk/index.ts';
import * as answers from './answer.ts';
import type { BodyForm } from './decode.ts';
import { createDeploymentMemory } from './deployment-memory.ts';
import { createReplayGuard } from './replay-guard.ts';
import { isSigned, signatureOf } from './signature.ts';
import { createTake, type Signed } from './take.ts';

export interface WebhookOptions {
  /** The receiver's component id. */
  readonly receiver: string;
  readonly log: Log;
  readonly clock: Clock;
  /** For the digest of what becomes a dead letter. */
  readonly digestKey: Buffer;
  readonly path: string;
  readonly tenant: string;
  readonly secrets: readonly string[];
  readonly deployWorkflows: Readonly<Record<string, string>>;
  readonly maxBytes: number;
}

export interface WebhookHandler {
  (request: IncomingMessage, response: ServerResponse): void;
  /** Answers 503 from now on; resolves when the deliveries that had begun are answered, or at the signal. */
  stop(signal: AbortSignal): Promise<void>;
}

export const createHandler = (intake: Intake, options: WebhookOptions): WebhookHandler => {
  const inFlight = createInFlight();
  const take = createTake(intake, {
    ...options,
    guard: createReplayGuard(options.clock),
    deployments: createDeploymentMemory(),
  });
  let stopping = false;

  const receive = async (request: IncomingMessage): Promise<answers.Answer | Problem> => {
    if (stopping) return answers.STOPPING;
    const target = targetOf(request, options.path);
    if (isProblem(target)) return target;
    if (!intake.knows(options.tenant)) return answers.NO_TENANT;
    const limits = { maxBytes: options.maxBytes, maxCompressedBytes: options.maxBytes };
    const lease = reserveFor(request, intake, options.tenant, limits);
    if (isProblem(lease)) return lease;
    try {
      const body = await readBody(request, lease, limits);
      return isProblem(body) ? body : await verified(request, target, body, lease);
    } finally {
      lease.release();
    }
  };

  const verified = async (
    request: IncomingMessage,
    { form, signature }: Target,
    body: Buffer,
    lease: Lease,
  ): Promise<answers.Answer | Problem> => {
    try {
      if (!isSigned(body, signature, options.secrets)) return answers.UNSIGNED;
      const signed = signedOf(request, form, body);
      return isProblem(signed) ? signed : await take(signed, lease);
    } finally {
      releaseBody(body);
    }
  };

  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    inFlight.add(
      receive(request)
        .catch((error: unknown) => faultOf(error, options.log))
        .then((result) => send(response, result)),
    );
  };
  const stop = (signal: AbortSignal): Promise<void> => {
    stopping = true;
    return inFlight.settled(signal);
  };
  return Object.assign(handle, { stop });
};

interface Target {
  readonly form: BodyForm;
  readonly signature: Buffer;
}
const FORMS: ReadonlyMap<string, BodyForm> = new Map([
  ['application/json', 'json'],
  ['application/x-www-form-urlencoded', 'form'],
]);

/** What can be refused by the headers alone: an unsigned delivery takes no room. */
const targetOf = ({ url = '', method, headers }: IncomingMessage, path: string): Target | Problem => {
  if (url.split('?', 1)[0] !== path) return answers.NOT_FOUND;
  if (method !== 'POST') return answers.NOT_POST;
  const signature = signatureOf(headers['x-hub-signature-256']);
  if (signature === undefined) return answers.UNSIGNED;
  const type = parseMediaType(headers['content-type']);
  const form = isUtf8(type) ? FORMS.get(type.essence) : undefined;
  const coding = headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  return form === undefined || (coding !== 'identity' && coding !== '') ? answers.NOT_TAKEN : { form, signature };
};

const EVENT = /^[a-z][a-z0-9_]{0,63}$/;
const GUID = /^[\x21-\x7e]{1,64}$/;

const signedOf = ({ headers }: IncomingMessage, form: BodyForm, body: Buffer): Signed | Problem => {
  const event = String(headers['x-github-event'] ?? '');
  const guid = String(headers['x-github-delivery'] ?? '');
  if (!EVENT.test(event) || !GUID.test(guid)) return answers.NO_HEADERS;
  const hookId = String(headers['x-github-hook-id'] ?? '').slice(0, 64);
  const contentType = parseMediaType(headers['content-type']).essence;
  return { event, guid, hookId, contentType, form, body };
};

const faultOf = (error: unknown, log: Log): Problem => {
  log.error('a webhook failed', placeOfFault(error));
  return answers.FAULT;
};

const send = (response: ServerResponse, result: answers.Answer | Problem): void => {
  if (response.headersSent || response.destroyed) return;
  if (isProblem(result)) return sendProblem(response, result);
  if (result.body === undefined) return void response.writeHead(result.status).end();
  const body = JSON.stringify(result.body);
  response.writeHead(result.status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
};
