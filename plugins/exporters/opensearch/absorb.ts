// An id that is taken: by the same event, which is what makes a retry harmless, by another of the same name, or by
// another tenant's.
import type { ExportOutcome, StoredBatch } from '../../../src/sdk/index.ts';
import { parseAnswer, refusalOf } from './answer.ts';
import type { Connection } from './connect.ts';
import type { Document } from './encode.ts';

const CONFLICT: ExportOutcome = {
  status: 'dead',
  code: 'id_conflict',
  message: 'an event of this id is stored, and the sender has sent other content under it',
};
const UNKNOWN: ExportOutcome = { status: 'retry', reason: 'the stored event did not show' };

interface Found {
  readonly found?: boolean;
  readonly _source?: { readonly tenantId?: unknown; readonly integrity?: { readonly fingerprint?: unknown } };
}

/** Settles each document by the one that has its id; `foreign`: it is another tenant's. */
export const lookBehind = async (
  connection: Connection,
  batch: StoredBatch,
  documents: readonly Document[],
  signal: AbortSignal,
  settle: (document: Document, outcome: ExportOutcome | 'foreign') => void,
): Promise<void> => {
  const docs = documents.map(({ index, id, tenant }) => ({ _index: index, _id: id, routing: tenant }));
  const answer = await connection.ask(
    {
      method: 'POST',
      path: '/_mget',
      query: { _source: 'tenantId,integrity.fingerprint', filter_path: 'docs.found,docs._source' },
      body: JSON.stringify({ docs }),
    },
    signal,
  );
  const { docs: found } = (parseAnswer(answer) ?? {}) as { readonly docs?: readonly (Found | null)[] };
  const isWhole = answer.status === 200 && found?.length === documents.length;
  const failure = answer.status === 200 ? UNKNOWN : notTheEvents(refusalOf(answer));
  for (const [i, document] of documents.entries()) {
    const there = isWhole ? found[i] : undefined;
    settle(document, there ? judge(batch, document, there) : failure);
  }
};

const judge = (batch: StoredBatch, document: Document, { found, _source }: Found): ExportOutcome | 'foreign' => {
  if (found !== true) return UNKNOWN;
  if (_source?.tenantId !== document.tenant) return 'foreign';
  return isOther(batch, document.position, _source.integrity?.fingerprint) ? CONFLICT : { status: 'stored' };
};

/** First write wins; an event without a fingerprint is not told apart from a repetition. */
const isOther = (batch: StoredBatch, position: number, earlier: unknown): boolean => {
  if (earlier === undefined || batch.index[position]?.senderNamed !== true) return false;
  const { fingerprint } = batch.event(position).integrity;
  return fingerprint !== undefined && fingerprint !== earlier;
};

const notTheEvents = (outcome: ExportOutcome): ExportOutcome =>
  outcome.status === 'suspect' ? { status: 'retry', reason: 'the look behind a taken id was refused' } : outcome;
