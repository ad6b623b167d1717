import type { Clock } from '../event/time.ts';
import type { Log, StoredBatch } from '../sdk/index.ts';
import type { Refused, Trouble } from './attempt.ts';
import { DeadLetterError, type DeadLetter, type DeadLetters } from './dead-letters.ts';
import type { DeliveryMetrics } from './metrics.ts';
import { wait } from './wait.ts';

export interface BuryParts {
  /** The exporter's component id. */
  readonly id: string;
  readonly deadLetters: Pick<DeadLetters, 'write'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics?: DeliveryMetrics | undefined;
}

export interface Corpse extends Refused {
  readonly position: number;
}

export interface BuryOptions {
  readonly attempts: number;
  readonly signal: AbortSignal;
  /** It waits for room. */
  readonly onTrouble: (trouble: Trouble) => void;
}

/** Between two tries to write where the dead letters are full, or their disk. */
const NO_ROOM_DELAY_MS = 1000;

/** Resolves when the letters are durable; waits for as long as they cannot be: no event is dropped to make progress. */
export const bury = async (
  parts: BuryParts,
  batch: StoredBatch,
  dead: readonly Corpse[],
  { attempts, signal, onTrouble }: BuryOptions,
): Promise<void> => {
  const letters = dead.map((corpse) => letterOf(parts.id, batch, corpse, attempts));
  for (;;) {
    try {
      await parts.deadLetters.write(letters);
      break;
    } catch (error) {
      if (!(error instanceof DeadLetterError)) throw error;
      onTrouble({ state: 'failed', reason: `${error.code}: ${error.message}` });
      await wait(parts.clock, NO_ROOM_DELAY_MS, signal);
      signal.throwIfAborted();
    }
  }
  parts.metrics?.buried(letters);
  for (const { code, eventId, tenant } of letters) {
    parts.log.warn('dead letter', { exporter: parts.id, code, eventId, tenant });
  }
};

export const letterOf = (
  component: string,
  batch: StoredBatch,
  { position, code, message }: Corpse,
  attempts: number,
): DeadLetter => {
  const { offset, length, tenantId: tenant, eventId } = batch.index[position]!;
  const text = Buffer.from(batch.lines.buffer, batch.lines.byteOffset, batch.lines.byteLength);
  const line = text.toString('utf8', offset, offset + length);
  return { stage: 'exporter', code, message, component, tenant, eventId, attempts, line };
};
