// How much is asked for: never more than there is room for, and nothing while the intake is busy.
import type { Clock } from '../../../src/event/time.ts';

export interface Flow {
  /** Resolves with how many messages may be asked for, when that is worth a request; with 0 when the signal aborts. */
  room(signal: AbortSignal): Promise<number>;
  /** Ask for nothing for so long. */
  hold(ms: number): void;
  /** Something was answered: there may be room again. */
  changed(): void;
}

export interface FlowOptions {
  /** The most messages that are not answered at one time. */
  readonly batch: number;
  readonly open: () => number;
  readonly clock: Pick<Clock, 'monotonicMs' | 'schedule'>;
}

/** Below this share of the batch a request is not worth its round trip. */
const WORTH = 0.5;

export const createFlow = ({ batch, open, clock }: FlowOptions): Flow => {
  let heldUntilMs = 0;
  let wake: (() => void) | undefined;

  const heldMs = (): number => heldUntilMs - clock.monotonicMs();
  const isOpen = (): boolean => open() <= batch * WORTH && heldMs() <= 0;
  const changed = (): void => wake?.();
  /** A timer may be a little early by the clock that counts. */
  const release = (): void => {
    const left = heldMs();
    if (left > 0) clock.schedule(Math.ceil(left), release);
    else changed();
  };

  return {
    changed,
    hold: (ms) => {
      const isHeld = heldMs() > 0;
      heldUntilMs = Math.max(heldUntilMs, clock.monotonicMs() + ms);
      if (!isHeld) release();
    },
    room: (signal) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!signal.aborted && !isOpen()) return;
          wake = undefined;
          signal.removeEventListener('abort', look);
          resolve(signal.aborted ? 0 : batch - open());
        };
        wake = look;
        signal.addEventListener('abort', look);
        look();
      }),
  };
};
