// The way of a batch: indices, one bulk, and each item by its own status.
import type { ExportOutcome, StoredBatch } from '../../../src/sdk/index.ts';
import { lookBehind } from './absorb.ts';
import { parseAnswer, refusalOf, verdictOf } from './answer.ts';
import { classifyItem } from './classify.ts';
import type { Connection } from './connect.ts';
import { documentsOf, encodeBulk, ownIdOf, type Document, type Encoded, type Scratch } from './encode.ts';
import type { Indices } from './indices.ts';

export interface SendOptions {
  readonly connection: Connection;
  readonly indices: Indices;
  readonly prefix: string;
  readonly refresh: 'false' | 'wait_for';
  readonly scratch: Scratch;
}

const NO_ANSWER: ExportOutcome = { status: 'retry', reason: 'the store did not tell' };
const STORED: ExportOutcome = { status: 'stored' };

export const exportBatch = async (
  options: SendOptions,
  batch: StoredBatch,
  signal: AbortSignal,
): Promise<readonly ExportOutcome[]> => {
  const { documents, refused } = documentsOf(batch, options.prefix);
  const outcomes = Array.from({ length: batch.count }, (): ExportOutcome => NO_ANSWER);
  for (const { position, code, message } of refused) outcomes[position] = { status: 'dead', code, message };
  const failures = await options.indices.ensure(documents, signal);
  for (const { position, index } of documents) outcomes[position] = failures.get(index) ?? NO_ANSWER;
  const sendable = failures.size === 0 ? documents : documents.filter(({ index }) => !failures.has(index));
  await store(options, batch, sendable, outcomes, signal);
  return outcomes;
};

/** Sends the documents and settles what became of them; a taken id is looked at before it counts as stored. */
const store = async (
  options: SendOptions,
  batch: StoredBatch,
  documents: readonly Document[],
  outcomes: ExportOutcome[],
  signal: AbortSignal,
): Promise<void> => {
  if (documents.length === 0) return;
  const taken: Document[] = [];
  const settle = (document: Document, outcome: ExportOutcome | 'taken'): void => {
    if (outcome === 'taken') taken.push(document);
    else outcomes[document.position] = outcome;
  };
  await sendBulk(options, documents, encodeBulk(batch, documents, options.scratch), settle, signal);
  if (taken.length === 0) return;
  const foreign: Document[] = [];
  await lookBehind(options.connection, batch, taken, signal, (document, outcome) => {
    if (outcome === 'foreign') foreign.push(document);
    else outcomes[document.position] = outcome;
  });
  const renamed = foreign.map((document) => ({ ...document, id: ownIdOf(document) }));
  await store(options, batch, renamed, outcomes, signal);
};

type Settle = (document: Document, outcome: ExportOutcome | 'taken') => void;

const sendBulk = async (
  options: SendOptions,
  documents: readonly Document[],
  encoded: Encoded,
  settle: Settle,
  signal: AbortSignal,
): Promise<void> => {
  const answer = await options.connection.ask(
    {
      method: 'POST',
      path: '/_bulk',
      query: { refresh: options.refresh, filter_path: 'items.*.status,items.*.error.type' },
      lines: encoded.body,
    },
    signal,
  );
  // Of a request that was given up, bytes may still be on their way.
  if (answer.status === 0) options.scratch.buffer = undefined;
  if (answer.status === 200) return settleItems(options, documents, parseAnswer(answer), settle);
  if (verdictOf(answer) === 'large') return sendHalves(options, documents, encoded, settle, signal);
  const outcome = refusalOf(answer);
  for (const document of documents) settle(document, outcome);
};

const TOO_LARGE: ExportOutcome = {
  status: 'dead',
  code: 'document_too_large',
  message: 'the store takes no request of this size',
};

const sendHalves = async (
  options: SendOptions,
  documents: readonly Document[],
  { body, ends }: Encoded,
  settle: Settle,
  signal: AbortSignal,
): Promise<void> => {
  if (documents.length === 1) return settle(documents[0]!, TOO_LARGE);
  const middle = Math.ceil(documents.length / 2);
  const cut = ends[middle - 1]!;
  const first = { body: body.subarray(0, cut), ends: ends.slice(0, middle) };
  const second = { body: body.subarray(cut), ends: ends.slice(middle).map((end) => end - cut) };
  await sendBulk(options, documents.slice(0, middle), first, settle, signal);
  await sendBulk(options, documents.slice(middle), second, settle, signal);
};

interface BulkItem {
  readonly create?: { readonly status?: unknown; readonly error?: { readonly type?: unknown } };
}

/** A short or strange list says nothing: everything is sent again, and `create` absorbs it. */
const settleItems = ({ indices }: SendOptions, documents: readonly Document[], body: unknown, settle: Settle): void => {
  const items = (body as { readonly items?: unknown } | null | undefined)?.items;
  const isWhole = Array.isArray(items) && items.length === documents.length;
  for (const [i, document] of documents.entries()) {
    const item = isWhole ? ((items as readonly (BulkItem | null)[])[i]?.create ?? undefined) : undefined;
    settle(document, item === undefined ? NO_ANSWER : outcomeOf(indices, document, item));
  }
};

const outcomeOf = (
  indices: Indices,
  { index }: Document,
  { status, error }: NonNullable<BulkItem['create']>,
): ExportOutcome | 'taken' => {
  if (typeof status !== 'number') return NO_ANSWER;
  const type = typeof error?.type === 'string' ? error.type : undefined;
  const reason = `${status} (${type ?? 'unknown'})`;
  const verdict = classifyItem(status, type);
  if (verdict === 'stored') return STORED;
  if (verdict === 'present') return 'taken';
  if (verdict === 'large') return TOO_LARGE;
  if (verdict === 'stop') return { status: 'stop', reason };
  if (verdict === 'dead') {
    return { status: 'dead', code: type ?? 'refused', message: 'the store cannot index the event' };
  }
  if (verdict === 'gone') indices.forget(index);
  return { status: 'retry', reason };
};
