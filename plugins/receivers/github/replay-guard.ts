// GitHub signs the body alone: whoever caught a delivery could send it again under another GUID, and be another event.
import { hash } from 'node:crypto';
import type { Clock } from '../../../src/event/time.ts';

const WINDOW_MS = 10 * 60_000;
const MAX_KNOWN = 10_000;

export interface ReplayGuard {
  /** Has this body come from this hook within ten minutes, under another GUID? If not, it is remembered. */
  isReplay(hookId: string, body: Uint8Array, guid: string): boolean;
  /** It came to nothing: it may come again under any GUID. */
  forget(hookId: string, body: Uint8Array): void;
}

/** Bounded: the oldest are forgotten first. */
export const createReplayGuard = (clock: Pick<Clock, 'monotonicMs'>, max: number = MAX_KNOWN): ReplayGuard => {
  const known = new Map<string, { readonly guid: string; readonly atMs: number }>();

  const tidy = (nowMs: number): void => {
    for (const [key, { atMs }] of known) {
      if (known.size <= max && nowMs - atMs < WINDOW_MS) return;
      known.delete(key);
    }
  };

  return {
    isReplay(hookId, body, guid) {
      const nowMs = clock.monotonicMs();
      tidy(nowMs);
      const key = keyOf(hookId, body);
      const before = known.get(key);
      if (before !== undefined) return before.guid !== guid;
      known.set(key, { guid, atMs: nowMs });
      return false;
    },
    forget(hookId, body) {
      known.delete(keyOf(hookId, body));
    },
  };
};

const keyOf = (hookId: string, body: Uint8Array): string => `${hash('sha256', body)} ${hookId}`;
