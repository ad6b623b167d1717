// The dead letters of a running collector, by its query API: it alone may write beside itself.
import type { DeadLetterFilter, DeadLetterResult } from '../../sdk/index.ts';

export interface RemoteOptions {
  /** Of the query API, e.g. http://127.0.0.1:4320 */
  readonly url: string;
  readonly apiKey?: string | undefined;
  readonly fetch: (url: string, request: RequestInit) => Promise<Response>;
}

/** What the collector said instead of a result. */
export class RemoteError extends Error {}

/** A retry may export many events, each with its own timeout. */
const TIMEOUT_MS = 10 * 60_000;

export const actRemotely = async (
  action: 'retry' | 'drop',
  filter: DeadLetterFilter,
  dryRun: boolean,
  { url, apiKey, fetch: send }: RemoteOptions,
): Promise<readonly DeadLetterResult[]> => {
  const target = `${url.replace(/\/$/, '')}/v1/dead-letters/${action}`;
  let answer: Response;
  try {
    answer = await send(target, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
      },
      body: JSON.stringify({ ...bodyOf(filter), dryRun }),
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (error) {
    const code = (error as { cause?: { code?: string } }).cause?.code;
    throw new RemoteError(
      `a collector runs on this data directory, but does not answer at ${url} (${code ?? (error as Error).name}): ` +
        'name its query endpoint with --to',
      { cause: error },
    );
  }
  const body = (await answer.json().catch(() => ({}))) as {
    readonly results?: readonly DeadLetterResult[];
    readonly code?: string;
    readonly title?: string;
    readonly detail?: string;
  };
  if (answer.ok && body.results !== undefined) return body.results;
  const words = [body.title, body.detail].filter((text) => text !== undefined).join(': ');
  throw new RemoteError(`the collector answered ${answer.status} ${words} [${body.code ?? 'HTTP'}]`);
};

const bodyOf = ({ ids, sinceMs, untilMs, ...fields }: DeadLetterFilter): Readonly<Record<string, unknown>> => ({
  ...fields,
  ...(ids !== undefined && { ids: [...ids] }),
  ...(sinceMs !== undefined && { since: new Date(sinceMs).toISOString() }),
  ...(untilMs !== undefined && { until: new Date(untilMs).toISOString() }),
});
