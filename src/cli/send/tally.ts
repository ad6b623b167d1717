// What became of the events, counted and told.
import type { Batch, Line } from './batches.ts';
import type { ItemResult, PostResult } from './post.ts';

export interface Rejection {
  readonly line: number;
  readonly code: string;
  readonly path: string;
  readonly message: string;
}
export interface Tally {
  sent: number;
  accepted: number;
  duplicate: number;
  filtered: number;
  rejected: number;
  undelivered: number;
  /** The first by line. */
  rejections: Rejection[];
  /** Why events were not delivered. */
  failure?: string;
}

const TOLD_REJECTIONS = 20;

export const emptyTally = (): Tally => ({
  sent: 0,
  accepted: 0,
  duplicate: 0,
  filtered: 0,
  rejected: 0,
  undelivered: 0,
  rejections: [],
});

export const count = (tally: Tally, batch: Batch, result: PostResult): void => {
  tally.sent += batch.lines.length;
  if (result.kind === 'undelivered' || (result.kind === 'refused' && result.final)) {
    tally.undelivered += batch.lines.length;
    tally.failure ??= result.kind === 'refused' ? `${result.code}: ${result.message}` : result.message;
  } else if (result.kind === 'refused') {
    for (const line of batch.lines) refuse(tally, line, { code: result.code, path: '', message: result.message });
  } else {
    for (const [i, line] of batch.lines.entries()) countItem(tally, line, result.results[i]);
  }
};

const countItem = (tally: Tally, line: Line, item: ItemResult | undefined): void => {
  if (item?.status === 'rejected') return refuse(tally, line, item.error ?? NO_REASON);
  if (item === undefined || !(item.status in tally)) {
    tally.undelivered++;
    tally.failure ??= 'the answer does not tell the fate of every event';
    return;
  }
  if (item.status === 'duplicate') tally.accepted++;
  tally[item.status]++;
};

const NO_REASON = { code: 'UNKNOWN', path: '', message: 'no reason was given' };

/** An event that was refused before it was posted, or was none. */
export const countUnsent = (tally: Tally, line: number, error: NonNullable<ItemResult['error']> | undefined): void => {
  tally.sent++;
  if (error === undefined) tally.filtered++;
  else refuse(tally, { number: line }, error);
};

const refuse = (tally: Tally, line: Pick<Line, 'number'>, error: NonNullable<ItemResult['error']>): void => {
  tally.rejected++;
  const { code, path, message } = error;
  tally.rejections.push({ line: line.number, code, path, message });
  if (tally.rejections.length <= 2 * TOLD_REJECTIONS) return;
  tally.rejections = firstByLine(tally.rejections);
};

export const firstByLine = (rejections: readonly Rejection[]): Rejection[] =>
  rejections.toSorted((a, b) => a.line - b.line).slice(0, TOLD_REJECTIONS);

const NUMBER = new Intl.NumberFormat('en-US');
const number = (value: number): string => NUMBER.format(value);

/** `sent 12,000 events: 11,998 accepted, 2 rejected in 1.2 s` */
export const summaryOf = (tally: Tally, seconds: number): string => {
  const parts = [
    tally.duplicate > 0
      ? `${number(tally.accepted)} accepted (${number(tally.duplicate)} duplicates)`
      : `${number(tally.accepted)} accepted`,
    ...(['filtered', 'rejected', 'undelivered'] as const).flatMap((fate) =>
      tally[fate] > 0 || fate === 'rejected' ? [`${number(tally[fate])} ${fate}`] : [],
    ),
  ];
  const noun = tally.sent === 1 ? 'event' : 'events';
  return `sent ${number(tally.sent)} ${noun}: ${parts.join(', ')} in ${seconds.toFixed(1)} s\n`;
};

/** `line 17: EVENT_FIELD_REQUIRED at /category: …`, printable whatever the server said. */
export const rejectionLines = (tally: Tally): string => {
  const told = firstByLine(tally.rejections);
  const lines = told.map(({ line, code, path, message }) =>
    printable(`line ${line}: ${code}${path === '' ? '' : ` at ${path}`}: ${message}`),
  );
  if (tally.rejected > told.length) lines.push(`and ${number(tally.rejected - told.length)} more`);
  return lines.map((line) => `${line}\n`).join('');
};

const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]/gu, '\uFFFD');
