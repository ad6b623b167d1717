// The outcomes of a message's events to its answer, and nothing else.
import type { Outcome } from '../../../src/sdk/index.ts';
import type { MessageAnswer } from './message.ts';

export const ACK: MessageAnswer = { kind: 'ack' };

/** All events count at once, as the message comes again whole or not at all. */
export const classify = (outcomes: readonly Outcome[]): MessageAnswer => {
  let refused: string | undefined;
  let taken = 0;
  let afterMs = -1;
  for (const outcome of outcomes) {
    if (outcome.status === 'retry') afterMs = Math.max(afterMs, outcome.afterMs);
    else if (outcome.status === 'rejected') refused ??= outcome.errors[0]?.code ?? 'REJECTED';
    else taken++;
  }
  if (afterMs >= 0) return { kind: 'nak', afterMs };
  return refused === undefined || taken > 0 ? ACK : { kind: 'term', reason: refused };
};
