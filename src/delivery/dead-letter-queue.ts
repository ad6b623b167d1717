import type {
  DeadLetter,
  DeadLetterFilter,
  DeadLetterQueue,
  DeadLetterResult,
  ExportOutcome,
  StoredBatch,
} from '../sdk/index.ts';
import type { DeadLetters } from './dead-letters.ts';
import { batchOfLines } from './letters-batch.ts';

/** Sends a batch once to one exporter; nothing is waited for and nothing tried again. */
export type TryOnce = (batch: StoredBatch, signal: AbortSignal) => Promise<readonly ExportOutcome[]>;

export interface DeadLetterQueueParts {
  readonly letters: DeadLetters;
  /** By component id. */
  readonly exporters: ReadonlyMap<string, TryOnce>;
  readonly signal: AbortSignal;
}

/** Letters whose events are in memory at one time. */
const LETTERS_AT_ONCE = 100;

/** What is done about dead letters: over HTTP beside a running collector, and by `dlq` without one. */
export const createDeadLetterQueue = ({ letters, exporters, signal }: DeadLetterQueueParts): DeadLetterQueue => {
  const inChunks = async (
    filter: DeadLetterFilter,
    work: (some: readonly DeadLetter[]) => Promise<readonly DeadLetterResult[]>,
  ): Promise<readonly DeadLetterResult[]> => {
    const selected = await letters.select(filter);
    const results: DeadLetterResult[] = [];
    for (let i = 0; i < selected.length; i += LETTERS_AT_ONCE) {
      signal.throwIfAborted();
      results.push(...(await work(await letters.read(selected.slice(i, i + LETTERS_AT_ONCE)))));
    }
    return results;
  };

  const retryChunk = async (some: readonly DeadLetter[]): Promise<readonly DeadLetterResult[]> => {
    const results: DeadLetterResult[] = [];
    for (const [exporter, group] of Map.groupBy(some, ({ component }) => component)) {
      const tryOnce = exporters.get(exporter);
      if (tryOnce === undefined) results.push(...group.map(notConfigured));
      else results.push(...(await retryGroup(group, tryOnce)));
    }
    return results;
  };

  const retryGroup = async (group: readonly DeadLetter[], tryOnce: TryOnce): Promise<readonly DeadLetterResult[]> => {
    const sendable = group.filter(hasEvent);
    const results = group.filter((letter) => !hasEvent(letter)).map(nothingToSend);
    const tried = await answersFor(sendable, tryOnce, signal);
    // Durable before anybody is told: a crash in between tries again, and the store absorbs it.
    await letters.resolve(
      tried.filter(({ status }) => status === 'retried').map(({ id }) => id),
      'retried',
    );
    const refused = tried.filter(({ status }) => status === 'refused');
    const attemptsOf = new Map(group.map(({ id, attempts }) => [id, attempts]));
    await letters.attempted(
      refused.map(({ id, code = '', message = '' }) => ({ id, code, message, attempts: attemptsOf.get(id)! + 1 })),
    );
    return [...results, ...tried];
  };

  return {
    list: (filter, limit) => letters.list(filter, limit),
    retry: async (filter, { dryRun }) => (dryRun ? matches(letters, filter, exporters) : inChunks(filter, retryChunk)),
    drop: async (filter, { dryRun }) => {
      const ids = (await letters.select(filter)).map(({ facts }) => facts.id);
      if (!dryRun) await letters.resolve(ids, 'dropped');
      return ids.map((id) => ({ id, status: dryRun ? 'matched' : 'dropped' }));
    },
  };
};

const matches = async (
  letters: DeadLetters,
  filter: DeadLetterFilter,
  exporters: ReadonlyMap<string, TryOnce>,
): Promise<readonly DeadLetterResult[]> =>
  (await letters.select(filter)).map(({ facts }) =>
    exporters.has(facts.component) ? { id: facts.id, status: 'matched' } : notConfigured(facts),
  );

const hasEvent = (letter: DeadLetter): letter is DeadLetter & { readonly line: string } => letter.line !== undefined;

const notConfigured = ({ id, stage }: Pick<DeadLetter, 'id' | 'stage'>): DeadLetterResult => ({
  id,
  status: 'not_retriable',
  code: 'DLQ_NO_EXPORTER',
  message:
    stage === 'exporter'
      ? 'its exporter is not in the configuration'
      : `a ${stage} refused it: there is no exporter to send it to`,
});
const nothingToSend = ({ id }: DeadLetter): DeadLetterResult => ({
  id,
  status: 'not_retriable',
  code: 'DLQ_NO_EVENT',
  message: 'it holds no event',
});

/** Where the store refuses all together and does not say which, each is asked about alone. */
const answersFor = async (
  group: readonly (DeadLetter & { readonly line: string })[],
  tryOnce: TryOnce,
  signal: AbortSignal,
): Promise<readonly DeadLetterResult[]> => {
  if (group.length === 0) return [];
  const outcomes = await tryOnce(batchOfLines(group.map(({ line }) => line)), signal);
  const results = group.map(({ id }, i) => resultOf(id, outcomes[i]!));
  if (group.length === 1) return results;
  for (const [i, outcome] of outcomes.entries()) {
    if (outcome.status !== 'suspect') continue;
    const [alone] = await answersFor([group[i]!], tryOnce, signal);
    results[i] = alone!;
  }
  return results;
};

const resultOf = (id: string, outcome: ExportOutcome): DeadLetterResult => {
  if (outcome.status === 'stored') return { id, status: 'retried' };
  if (outcome.status === 'dead' || outcome.status === 'suspect') {
    return { id, status: 'refused', code: outcome.code, message: outcome.message };
  }
  return { id, status: 'unavailable', code: 'DLQ_UNAVAILABLE', message: outcome.reason };
};
