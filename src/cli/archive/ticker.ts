import type { CliIo, GlobalArgs } from '../io.ts';

/** A line on a terminal that is written over and over, and gone at the end. */
export interface Ticker {
  tick(text: string): void;
  stop(): void;
}

const ERASE = '\r\u001b[K';
const EVERY_MS = 100;

export const createTicker = (
  io: CliIo,
  { json, quiet }: Pick<GlobalArgs, 'json' | 'quiet'>,
  nowMs: () => number = () => performance.now(),
): Ticker => {
  if (!io.interactive || json || quiet) return { tick: () => {}, stop: () => {} };
  let shownMs = -Infinity;
  return {
    tick: (text) => {
      if (nowMs() - shownMs < EVERY_MS) return;
      shownMs = nowMs();
      io.stderr(`${ERASE}${text.slice(0, io.columns - 1)}`);
    },
    stop: () => io.stderr(ERASE),
  };
};
