import {
  forAll,
  stored,
  type Exporter,
  type ExportOutcome,
  type Log,
  type StoredBatch,
} from '../../../src/sdk/index.ts';
import { classify } from './classify.ts';
import type { Database, Session } from './connect.ts';
import { encode } from './encode.ts';
import { quoteName } from './names.ts';
import type { Partitions } from './partitions.ts';

export interface SendOptions {
  readonly database: Database;
  readonly partitions: Partitions;
  readonly schema: string;
  readonly log: Log;
}

const TIME_OUT_OF_RANGE: ExportOutcome = {
  status: 'dead',
  code: 'time_out_of_range',
  message: 'no partition may be made for the time of the event: it is outside of accept_past and accept_ahead',
};
const CONFLICT: ExportOutcome = {
  status: 'dead',
  code: 'id_conflict',
  message: 'an event of this id is stored, and the sender has sent other content under it',
};

/** One statement and one round trip a batch; one more where a partition has to be made. */
export const createSender = ({ database, partitions, schema, log }: SendOptions): Exporter['export'] => {
  const write = `SELECT ${quoteName(schema)}.betalogs_write($1, $2, $3, $4, $5)`;

  const writeBatch = async (session: Session, batch: StoredBatch): Promise<ExportOutcome[]> => {
    const outcomes = forAll(batch, stored);
    const missing = partitions.missing(batch.index);
    if (missing.length > 0) await partitions.ensure(session, batch.index, missing);
    const refused = missing.length === 0 ? missing : partitions.missing(batch.index);
    for (const position of refused) outcomes[position] = TIME_OUT_OF_RANGE;
    if (refused.length === batch.count) return outcomes;
    const positions =
      refused.length === 0
        ? undefined
        : outcomes
            .keys()
            .filter((i) => outcomes[i] === stored)
            .toArray();
    const [row] = await session.bulk({ sql: write, name: 'betalogs_write', ...encode(batch, positions) });
    for (const at of positionsIn(row?.[0])) outcomes[positions?.[at] ?? at] = CONFLICT;
    return outcomes;
  };

  const attempt = async (batch: StoredBatch, signal: AbortSignal, isLast: boolean): Promise<ExportOutcome[]> => {
    try {
      return await database.session((session) => writeBatch(session, batch), signal);
    } catch (error) {
      const { class: verdict, code, reason } = classify(error);
      if (verdict === 'partition') {
        // Somebody has dropped it; it is made again, and only once in one call.
        partitions.forget();
        if (!isLast) return attempt(batch, signal, true);
      }
      if (verdict === 'alarm') log.error(reason, { code });
      if (verdict === 'reconnect') database.reconnect();
      return forAll(batch, outcomeOf(verdict, code, reason));
    }
  };

  return (batch, signal) => attempt(batch, signal, false);
};

const outcomeOf = (verdict: ReturnType<typeof classify>['class'], code: string, reason: string): ExportOutcome => {
  if (verdict === 'row') return { status: 'suspect', code: `sqlstate_${code.toLowerCase()}`, message: reason };
  if (verdict === 'stop' || verdict === 'alarm') return { status: 'stop', reason };
  return { status: 'retry', reason, ...(verdict === 'halve' && { tooMuch: true }) };
};

/** `{0,7}` as Postgres prints an array of integers. */
const positionsIn = (text: unknown): readonly number[] => {
  const inner = typeof text === 'string' ? text.slice(1, -1) : '';
  return inner === '' ? [] : inner.split(',').map(Number);
};
