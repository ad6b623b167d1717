import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { BUILT_IN_ACTIONS } from '../../../event/actions.ts';
import { ACTION_PATTERN } from '../../../event/schema.ts';
import { exampleSets } from '../fixtures.ts';
import { findRule, IGNORED, RULES } from './rules.ts';
import { ignoredTable, rulesTable } from './rules-table.ts';

const isIgnored = (event: string, hookAction: string): boolean => {
  const actions = IGNORED[event]?.split(' ') ?? [];
  return actions.includes('*') || actions.includes(hookAction);
};

const never = () => false;

/** Each event with each of its hook actions, as the package lists them. */
const known = exampleSets.flatMap(({ name, actions }) =>
  (actions.length === 0 ? [''] : actions).map((hookAction) => [name, hookAction] as const),
);

test('the package lists what there is to decide', () => {
  expect(known.length).toBeGreaterThan(150);
});

describe('every event and hook action is either mapped or ignored', () => {
  test.each(known)('%s %s', (event, hookAction) => {
    const isMapped = RULES.some(
      (rule) =>
        rule.event === event && ['*', hookAction].some((action) => rule.hookActions.split(' ').includes(action)),
    );
    expect([isMapped, isIgnored(event, hookAction)]).toContain(true);
    expect(isMapped && isIgnored(event, hookAction)).toBe(false);
  });
});

test('what is ignored, or unknown, has no rule', () => {
  expect(findRule('ping', '', never)).toBeUndefined();
  expect(findRule('star', 'created', never)).toBeUndefined();
  expect(findRule('from_next_year', 'created', never)).toBeUndefined();
  expect(findRule('constructor', '', never)).toBeUndefined();
  expect(findRule('member', 'promoted', never)).toBeUndefined();
});

test('the first row that fits decides, and a row with a condition only where it holds', () => {
  expect(findRule('pull_request', 'closed', (condition) => condition === 'merged')?.action).toBe('pr_merged');
  expect(findRule('pull_request', 'closed', never)?.action).toBe('x.pr_closed');
});

test.each(RULES)('$event $hookActions is a valid row', ({ action, category, violation }) => {
  expect(action).toMatch(ACTION_PATTERN);
  expect(BUILT_IN_ACTIONS.get(action) ?? (action.startsWith('x.') && category)).toBe(category);
  expect(violation !== undefined).toBe(category === 'security');
});

test('docs/github.md shows the tables as they are', () => {
  const docs = readFileSync(new URL('../../../../docs/github.md', import.meta.url), 'utf8').replaceAll(/ +\|/g, ' |');
  const tidy = (table: string): string => table.replaceAll(/ +\|/g, ' |').replaceAll('---', '-');
  const shown = docs.replaceAll(/-{3,}/g, '-');
  expect(shown).toContain(tidy(rulesTable()));
  expect(shown).toContain(tidy(ignoredTable()));
});
