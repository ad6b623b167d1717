import type { EventRecord } from '../../sdk/index.ts';
import { actorWords, objectWords, timeWords } from './event-words.ts';
import { CATEGORY_COLORS, OUTCOME_COLORS, type Color, type Paint } from './paint.ts';
import { fit, pad, printable } from './printable.ts';

interface Cell {
  readonly text: string;
  readonly color?: Color;
}

const HEADINGS = ['time', 'category', 'action', 'outcome', 'actor', 'object', 'correlation'];
const GAP = '  ';
const NARROWEST = 6;

/** One line an event, no wider than `columns` as long as each column keeps six characters. */
export const eventTable = (events: readonly EventRecord[], columns: number, paint: Paint): string => {
  const rows = [HEADINGS.map((text): Cell => ({ text, color: 'dim' })), ...events.map(cellsOf)];
  const widths = shrink(
    HEADINGS.map((_, column) => Math.max(...rows.map((row) => [...row[column]!.text].length))),
    columns - GAP.length * (HEADINGS.length - 1),
  );
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, column) => draw(cell, widths[column]!, paint))
          .join(GAP)
          .trimEnd()}\n`,
    )
    .join('');
};

const cellsOf = ({ event }: EventRecord): readonly Cell[] => [
  { text: timeWords(event) },
  { text: event.category, color: CATEGORY_COLORS[event.category] },
  { text: printable(event.action) },
  { text: event.outcome, color: OUTCOME_COLORS[event.outcome] },
  { text: actorWords(event) },
  { text: objectWords(event) },
  { text: printable(event.correlation.correlationId) },
];

const draw = ({ text, color }: Cell, width: number, paint: Paint): string => {
  const padded = pad(fit(text, width), width);
  return color === undefined ? padded : paint(color, padded);
};

/** Takes from the widest column, one character at a time, until the sum fits. */
const shrink = (natural: readonly number[], room: number): readonly number[] => {
  const widths = [...natural];
  let excess = widths.reduce((sum, width) => sum + width, 0) - room;
  for (; excess > 0; excess--) {
    const widest = widths.indexOf(Math.max(...widths));
    if (widths[widest]! <= NARROWEST) break;
    widths[widest]!--;
  }
  return widths;
};
