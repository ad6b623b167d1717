// The table of docs/github.md, from the rules themselves.
import { IGNORED, RULES } from './rules.ts';

const code = (words: string): string =>
  words
    .split(' ')
    .map((word) => `\`${word}\``)
    .join(', ');

const rows = (cells: readonly (readonly string[])[]): string =>
  cells.map((line) => `| ${line.join(' | ')} |`).join('\n');

export const rulesTable = (): string =>
  rows([
    ['event', 'hook action', 'when', 'category', 'action', 'outcome', 'violation'],
    ['---', '---', '---', '---', '---', '---', '---'],
    ...RULES.map(({ event, hookActions, when = '', category, action, outcome, violation = '' }) => [
      code(event),
      hookActions === '*' ? 'any' : code(hookActions),
      when,
      category,
      code(action),
      outcome,
      violation === '' ? '' : violation === 'by role' ? violation : code(violation),
    ]),
  ]);

export const ignoredTable = (): string =>
  rows([
    ['event', 'hook action'],
    ['---', '---'],
    ...Object.entries(IGNORED).map(([event, actions]) => [code(event), actions === '*' ? 'any' : code(actions)]),
  ]);
