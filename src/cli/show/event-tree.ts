import type { EventRecord } from '../../sdk/index.ts';
import { actorWords, objectWords, timeWords } from './event-words.ts';
import { CATEGORY_COLORS, OUTCOME_COLORS, severityColor, type Paint } from './paint.ts';
import { fit, pad, printable } from './printable.ts';
import { spanForest, type EventNode } from './span-forest.ts';

const CATEGORY_WIDTH = 8;
/** Deeper spans are drawn at this depth: a thousand levels are no picture. */
const MAX_DEPTH = 24;

/** A timeline as a tree of spans, one line an event. */
export const eventTree = (records: readonly EventRecord[], columns: number, paint: Paint): string => {
  const lines: string[] = [];
  const stack = spanForest(records)
    .map((node) => ({ node, lead: '', branch: '' }))
    .toReversed();
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { node, lead, branch } = top;
    lines.push(drawEvent(node.record, lead + branch, columns, paint));
    const inner = lead + under(branch);
    stack.push(...node.children.map((child, i) => ({ node: child, ...branchOf(node, i, inner) })).toReversed());
  }
  return lines.join('');
};

const INDENT = 3;
const branchOf = ({ children }: EventNode, i: number, inner: string): { lead: string; branch: string } => ({
  lead: inner.slice(0, MAX_DEPTH * INDENT),
  branch: i === children.length - 1 ? '└─ ' : '├─ ',
});
const under = (branch: string): string => (branch === '' ? '' : branch.startsWith('└') ? '   ' : '│  ');

const drawEvent = (record: EventRecord, lead: string, columns: number, paint: Paint): string => {
  const { event } = record;
  const time = timeWords(event);
  const head = `${paint('dim', time)}  ${paint(CATEGORY_COLORS[event.category], pad(event.category, CATEGORY_WIDTH))}  `;
  const room = columns - time.length - CATEGORY_WIDTH - 4 - lead.length;
  const action = fit(printable(event.action), Math.max(room - event.outcome.length - 1, 8));
  const rest = fit(facts(record), Math.max(room - [...action].length - event.outcome.length - 3, 0));
  const color = severityColor(event.severity);
  const shown = color === undefined ? action : paint(color, action);
  return `${`${head}${lead}${shown} ${paint(OUTCOME_COLORS[event.outcome], event.outcome)}  ${rest}`.trimEnd()}\n`;
};

const facts = ({ event, linkedBy }: EventRecord): string =>
  [
    actorWords(event),
    objectWords(event),
    printable(event.service?.name ?? ''),
    linkedBy?.kind !== 'link' ? '' : `linked${linkedBy.type === undefined ? '' : ` by ${printable(linkedBy.type)}`}`,
    printable(event.error?.message ?? ''),
  ]
    .filter((words) => words !== '')
    .join('  ');
