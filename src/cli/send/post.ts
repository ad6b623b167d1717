// One batch to a collector, again and again under one Idempotency-Key until it is answered.
import type { Batch } from './batches.ts';

/** What the world outside gives; tests give their own. */
export interface PostWorld {
  fetch(url: string, request: RequestInit): Promise<Response>;
  sleep(ms: number): Promise<void>;
  /** From 0 up to 1. */
  random(): number;
}

export interface Target {
  readonly url: string;
  readonly apiKey?: string | undefined;
  /** Names this run: with the batch's position, the Idempotency-Key. */
  readonly run: string;
}

export interface ItemResult {
  readonly status: 'accepted' | 'duplicate' | 'filtered' | 'rejected';
  readonly error?: { readonly code: string; readonly path: string; readonly message: string };
}

export type PostResult =
  | { readonly kind: 'answered'; readonly results: readonly ItemResult[] }
  /** The whole batch was refused; `final` says that every other would be too. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string; readonly final: boolean }
  | { readonly kind: 'undelivered'; readonly message: string };

const ATTEMPTS = 10;
const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 10_000;
const LONGEST_SERVER_DELAY_MS = 60_000;
const TIMEOUT_MS = 60_000;
const RETRIABLE = new Set([429, 502, 503, 504]);
const FINAL = new Set([401, 403, 404, 405, 415]);
const ANSWERED = new Set([202, 207, 422]);

interface Again {
  readonly kind: 'again';
  readonly message: string;
  /** The server's own wish. */
  readonly afterMs?: number | undefined;
}

export const postBatch = async (batch: Batch, target: Target, world: PostWorld): Promise<PostResult> => {
  let message = '';
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const result = await postOnce(batch, target, world);
    if (result.kind !== 'again') return result;
    message = result.message;
    if (attempt < ATTEMPTS - 1) await world.sleep(result.afterMs ?? backoff(attempt, world.random()));
  }
  return { kind: 'undelivered', message: `${message}, ${ATTEMPTS} times` };
};

/** Between half and all of a delay that doubles. */
const backoff = (attempt: number, random: number): number =>
  Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** attempt) * (0.5 + random / 2);

const postOnce = async (batch: Batch, target: Target, world: PostWorld): Promise<PostResult | Again> => {
  let response: Response;
  let body: unknown;
  try {
    response = await world.fetch(target.url, requestOf(batch, target));
    body = jsonOf(await response.text());
  } catch (error) {
    return { kind: 'again', message: `no answer from ${new URL(target.url).host} (${reasonOf(error)})` };
  }
  if (RETRIABLE.has(response.status)) {
    const afterMs = retryAfter(response.headers.get('retry-after'));
    return { kind: 'again', message: `the collector answered ${response.status}`, afterMs };
  }
  const results = (body as { results?: readonly ItemResult[] } | undefined)?.results;
  if (ANSWERED.has(response.status) && Array.isArray(results)) return { kind: 'answered', results };
  return refused(response.status, body);
};

const requestOf = (batch: Batch, { apiKey, run }: Target): RequestInit => ({
  method: 'POST',
  headers: {
    'content-type': 'application/x-ndjson',
    'idempotency-key': `${run}-${batch.position}`,
    ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
  },
  body: batch.lines.map(({ text }) => `${text}\n`).join(''),
  redirect: 'manual',
  signal: AbortSignal.timeout(TIMEOUT_MS),
});

const refused = (status: number, body: unknown): PostResult => {
  const { code, title, detail } = (body ?? {}) as { code?: string; title?: string; detail?: string };
  const words = [title, detail].filter((text) => text !== undefined).join(': ');
  return {
    kind: 'refused',
    code: code ?? `HTTP_${status}`,
    message: words === '' ? `the answer was ${status}` : words,
    final: FINAL.has(status) || (status >= 300 && status < 400),
  };
};

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // A proxy's page: the status says what there is to say.
    return undefined;
  }
};

const retryAfter = (header: string | null): number | undefined => {
  const seconds = header === null || header.trim() === '' ? Number.NaN : Number(header);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds * 1000, LONGEST_SERVER_DELAY_MS) : undefined;
};

const reasonOf = (error: unknown): string => {
  const cause = (error as { cause?: { code?: string } }).cause;
  return cause?.code ?? (error as Error).name;
};
