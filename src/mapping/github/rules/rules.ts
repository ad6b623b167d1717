// What becomes of each webhook: one row per event and hook action, the first that fits decides. docs/github.md shows it.
import { DELIVERY_RULES } from './delivery-rules.ts';
import type { Condition, Rule } from './rule.ts';
import { SECURITY_RULES } from './security-rules.ts';

export const RULES: readonly Rule[] = [...DELIVERY_RULES, ...SECURITY_RULES];

/** Known to GitHub, and no activity of delivery or security. What neither table names is dropped too. */
export const IGNORED: Readonly<Record<string, string>> = {
  ping: '*',
  commit_comment: '*',
  custom_property: '*',
  custom_property_values: '*',
  discussion: '*',
  discussion_comment: '*',
  fork: '*',
  gollum: '*',
  issue_comment: '*',
  issues: 'assigned unassigned labeled unlabeled locked unlocked milestoned demilestoned pinned unpinned edited',
  label: '*',
  marketplace_purchase: '*',
  milestone: '*',
  project: '*',
  project_card: '*',
  project_column: '*',
  projects_v2: '*',
  projects_v2_item: '*',
  pull_request: 'assigned unassigned labeled unlabeled locked unlocked milestoned demilestoned review_request_removed',
  pull_request_review: 'edited',
  pull_request_review_comment: '*',
  pull_request_review_thread: '*',
  sponsorship: '*',
  star: '*',
  watch: '*',
};

const byEvent: ReadonlyMap<string, readonly (readonly [actions: ReadonlySet<string>, rule: Rule])[]> = new Map(
  Object.entries(Object.groupBy(RULES, ({ event }) => event)).map(([event, rules = []]) => [
    event,
    rules.map((rule) => [new Set(rule.hookActions.split(' ')), rule] as const),
  ]),
);

/** Undefined: the event is not mapped. */
export const findRule = (
  event: string,
  hookAction: string,
  holds: (condition: Condition) => boolean,
): Rule | undefined =>
  byEvent
    .get(event)
    ?.find(
      ([actions, { when }]) => (actions.has(hookAction) || actions.has('*')) && (when === undefined || holds(when)),
    )?.[1];
