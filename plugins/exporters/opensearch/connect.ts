// The only file that knows the driver. It sends and gives back texts: the driver's own parsing would round integers
// beyond 2^53, and its retries would hide the store's state from the engine.
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { Client, type ClientOptions } from '@opensearch-project/opensearch';
import { AwsSigv4Signer } from '@opensearch-project/opensearch/aws-v3';
import type { Secret } from '../../../src/sdk/index.ts';

export interface ConnectionConfig {
  readonly nodes: readonly string[];
  readonly username?: string | undefined;
  readonly password?: Secret | undefined;
  readonly tls?: { readonly ca_file?: string | undefined; readonly reject_unauthorized: boolean } | undefined;
  readonly auth?: { readonly aws_sigv4: { readonly region: string; readonly service: 'es' | 'aoss' } } | undefined;
  readonly compression: 'none' | 'gzip';
}

export interface Request {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | boolean | number>>;
  /** JSON. */
  readonly body?: string;
  /** NDJSON. */
  readonly lines?: Buffer;
}

/** `status` 0: there was no answer, and `reason` says why. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly reason?: string;
  readonly retryAfterMs?: number;
}

export interface Connection {
  /** Never rejects for what the store or the network does. */
  ask(request: Request, signal?: AbortSignal): Promise<Answer>;
  close(): Promise<void>;
}

export const connect = (config: ConnectionConfig): Connection => {
  // Opened at the first use: a CA file that is missing is the store's trouble, not the configuration's.
  let client: Client | undefined;
  return {
    ask: async (request, signal) => {
      if (signal?.aborted === true) return { status: 0, text: '', reason: 'aborted' };
      try {
        client ??= new Client(clientOptions(config));
        return await send(client, request, signal);
      } catch (error) {
        return { status: 0, text: '', reason: reasonOf(error) };
      }
    },
    close: async () => {
      await client?.close();
      client = undefined;
    },
  };
};

/** Exported for its test: signed requests cannot be tried without AWS. */
export const clientOptions = ({
  nodes,
  username,
  password,
  tls,
  auth,
  compression,
}: ConnectionConfig): ClientOptions => ({
  nodes: [...nodes],
  maxRetries: 0,
  ...(compression === 'gzip' && { compression }),
  ...(username !== undefined && { auth: { username, password: password?.reveal() ?? '' } }),
  ...(tls !== undefined && {
    ssl: {
      rejectUnauthorized: tls.reject_unauthorized,
      ...(tls.ca_file !== undefined && { ca: readFileSync(tls.ca_file, 'utf8') }),
    },
  }),
  ...(auth !== undefined && AwsSigv4Signer({ ...auth.aws_sigv4 })),
});

const send = async (client: Client, { lines, body, ...request }: Request, signal?: AbortSignal): Promise<Answer> => {
  const { query, ...target } = request;
  const sent = client.transport.request(
    {
      ...target,
      ...(query !== undefined && { querystring: query }),
      ...(body !== undefined && { body }),
      ...(lines !== undefined && { bulkBody: lines }),
    },
    { asStream: true },
  );
  // Nothing may be returned: Node awaits what a listener returns, and would throw the request's rejection at the process.
  const abort = (): void => {
    sent.abort();
  };
  signal?.addEventListener('abort', abort, { once: true });
  try {
    const { statusCode, headers, body: answer } = await sent;
    const retryAfterMs = Number(headers?.['retry-after']) * 1000;
    return {
      status: statusCode ?? 0,
      text: await text(answer),
      ...(retryAfterMs > 0 && { retryAfterMs }),
    };
  } finally {
    signal?.removeEventListener('abort', abort);
  }
};

const MAX_REASON_CHARS = 200;
const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message || error.name : String(error)).slice(0, MAX_REASON_CHARS);
