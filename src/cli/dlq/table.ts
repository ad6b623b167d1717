import type { DeadLetter, DeadLetterResult } from '../../sdk/index.ts';
import type { Paint } from '../show/paint.ts';
import { fit, pad, printable } from '../show/printable.ts';

const COLUMNS = [
  { heading: 'id', width: 36, of: ({ id }: DeadLetter) => id },
  { heading: 'time', width: 20, of: ({ at }: DeadLetter) => `${at.slice(0, 19)}Z` },
  { heading: 'component', width: 16, of: ({ component }: DeadLetter) => component },
  { heading: 'tenant', width: 14, of: ({ tenant }: DeadLetter) => tenant },
  { heading: 'code', width: 22, of: ({ code }: DeadLetter) => code },
  { heading: 'tries', width: 5, of: ({ attempts }: DeadLetter) => String(attempts) },
] as const;
const GAP = '  ';

/** One line a letter; what is left of the line is the message's. */
export const letterTable = (letters: readonly DeadLetter[], columns: number, paint: Paint): string => {
  const used = COLUMNS.reduce((sum, { width }) => sum + width + GAP.length, 0);
  const row = (cells: readonly string[], message: string): string => {
    const fixed = COLUMNS.map(({ width }, i) => pad(fit(printable(cells[i]!), width), width)).join(GAP);
    return `${fixed}${GAP}${fit(printable(message), Math.max(12, columns - used))}`.trimEnd();
  };
  const heading = paint('dim', row(COLUMNS.map(({ heading: text }) => text), 'message')); // prettier-ignore
  const rows = letters.map((letter) => row(COLUMNS.map(({ of }) => of(letter)), letter.message)); // prettier-ignore
  return [heading, ...rows].map((line) => `${line}\n`).join('');
};

const WORDS: Readonly<Record<DeadLetterResult['status'], string>> = {
  matched: 'fit, left as they are',
  retried: 'stored and done with',
  dropped: 'given up for good',
  refused: 'refused again',
  unavailable: 'not tried: the store takes nothing now',
  not_retriable: 'cannot be retried',
};

/** `12 stored and done with, 1 refused again`, and each that was not, by its code. */
export const resultSummary = (results: readonly DeadLetterResult[]): string => {
  const counted = Map.groupBy(results, ({ status }) => status);
  const reasons = Map.groupBy(
    results.filter(({ code }) => code !== undefined),
    ({ code, message }) => `${code}: ${message ?? ''}`,
  );
  const sum = [...counted].map(([status, some]) => `${some.length} ${WORDS[status]}`).join(', ');
  const lines = [...reasons].map(([reason, some]) => `  ${some.length} × ${printable(reason)}`);
  return [sum, ...lines].map((line) => `${line}\n`).join('');
};
