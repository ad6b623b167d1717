// An issuer's keys: fetched when they are first needed, asked for again as they age, kept for a while when that fails.
import type { JSONWebKeySet } from 'jose';
import type { Clock } from '../../event/time.ts';
import type { Log } from '../../sdk/index.ts';

/** The last good keys are good for so long where no newer ones can be read. */
export const MAX_STALE_MS = 60 * 60_000;
/** After a failure, or for a key id that is not known, they are asked for no sooner than this again. */
export const COOL_DOWN_MS = 30_000;

export interface IssuerKeysOptions {
  readonly issuer: string;
  readonly refreshMs: number;
  /** The key set's text. Rejects where it cannot be read. */
  readonly read: () => Promise<string>;
  readonly clock: Clock;
  readonly log: Log;
}

export interface KeySet {
  readonly keys: JSONWebKeySet;
  /** Another one where the keys differ: what was judged by older ones is judged again. */
  readonly version: number;
}

export interface IssuerKeys {
  /** Undefined: there are none, or the last good ones are too old. */
  current(): Promise<KeySet | undefined>;
  /** For a token whose key is not among the current ones: newer ones, if there are. */
  newer(than: KeySet): Promise<KeySet | undefined>;
  /** Reads them now: their source says that it has changed. */
  reload(): Promise<void>;
}

export const createIssuerKeys = ({ issuer, refreshMs, read, clock, log }: IssuerKeysOptions): IssuerKeys => {
  let set: KeySet | undefined;
  let text = '';
  let goodMs = Number.NEGATIVE_INFINITY;
  let askedMs = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | undefined;

  const take = (found: string): void => {
    if (found !== text || set === undefined) {
      set = { keys: parseKeySet(found), version: (set?.version ?? 0) + 1 };
      text = found;
    }
    goodMs = clock.monotonicMs();
  };
  const ask = async (): Promise<void> => {
    try {
      take(await read());
    } catch (error) {
      log.warn('the keys of a token issuer cannot be read; the last good ones are used for 60 minutes', {
        issuer,
        reason: (error as NodeJS.ErrnoException).code ?? (error as Error).message,
      });
    }
  };
  /** One request at a time, and a pause between two. */
  const refresh = (): Promise<void> => {
    if (asking !== undefined) return asking;
    if (clock.monotonicMs() - askedMs < COOL_DOWN_MS) return Promise.resolve();
    askedMs = clock.monotonicMs();
    asking = ask().finally(() => (asking = undefined));
    return asking;
  };
  const usable = (): KeySet | undefined => (clock.monotonicMs() - goodMs <= MAX_STALE_MS ? set : undefined);

  return {
    current: async () => {
      const isOld = clock.monotonicMs() - goodMs > refreshMs;
      if (!isOld) return set;
      // While there are keys to go on with, nobody waits for newer ones.
      if (usable() === undefined) await refresh();
      else void refresh();
      return usable();
    },
    newer: async (than) => {
      if (set === than) await refresh();
      return set === than ? undefined : usable();
    },
    reload: ask,
  };
};

const parseKeySet = (text: string): JSONWebKeySet => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error('the keys are not JSON');
  }
  const keys = (value as { keys?: unknown } | null)?.keys;
  if (!Array.isArray(keys)) throw new Error('the keys are no JSON Web Key Set');
  return { keys: keys.filter((key: unknown) => typeof key === 'object' && key !== null) as JSONWebKeySet['keys'] };
};
