import type { OutcomeValue } from './schema.ts';

/** States, conclusions and verbs as sources write them, in lower case with underscores. */
export const OUTCOME_WORDS: Readonly<Record<OutcomeValue, string>> = {
  success:
    'success succeeded successful ok completed complete passed neutral approved authorized captured settled paid ' +
    'allowed granted merged published released deployed shipped delivered created updated deleted changed active',
  failure: 'failure failed fail declined rejected unsuccessful',
  denied: 'denied forbidden refused blocked action_required',
  error: 'error errored crashed exception startup_failure',
  timeout: 'timeout timed_out deadline_exceeded',
  cancelled: 'cancelled canceled aborted abandoned voided inactive',
  skipped: 'skipped stale dry_run ignored',
  pending: 'pending queued waiting in_progress processing requested scheduled started initiated challenge',
  unknown: '',
};

const OUTCOMES: ReadonlyMap<string, OutcomeValue> = new Map(
  Object.entries(OUTCOME_WORDS).flatMap(([outcome, words]) =>
    words.split(' ').map((word): [string, OutcomeValue] => [word, outcome as OutcomeValue]),
  ),
);

/** A state of a deployment, a conclusion of a workflow, the status of an order. */
export const outcomeOfWord = (word: string | undefined): OutcomeValue | undefined =>
  word === undefined ? undefined : (OUTCOMES.get(word) ?? OUTCOMES.get(plain(word)));

const MAX_WORD = 32;
const plain = (word: string): string =>
  word.length > MAX_WORD
    ? ''
    : word
        .trim()
        .toLowerCase()
        .replaceAll(/[\s-]+/g, '_');

/** Actions whose last word is no verb, or whose verb says less than the action does. */
const ACTIONS: ReadonlyMap<string, OutcomeValue | undefined> = new Map<string, OutcomeValue | undefined>([
  ['request_received', undefined],
  ['db_error', 'error'],
  ['downstream_timeout', 'timeout'],
  // Names what was tried, not how it ended: a wrong password is a failure, and some succeed.
  ['unauthorized_access', undefined],
  ['x.pr_closed', 'cancelled'],
  // How it ended, the deployment's state or the run's conclusion tells.
  ['deploy_completed', undefined],
  ['x.workflow_completed', undefined],
]);

const MAX_KNOWN = 10_000;
const known = new Map<string, OutcomeValue | undefined>(ACTIONS);

/** What an action's verb says: `order_failed`, `charge.failed`. */
export const outcomeOfVerb = (action: string): OutcomeValue | undefined => {
  const seen = known.get(action);
  if (seen !== undefined || known.has(action)) return seen;
  const decided = lastWords(action);
  if (known.size < MAX_KNOWN) known.set(action, decided);
  return decided;
};

const lastWords = (action: string): OutcomeValue | undefined => {
  const words = action.split(/[._]/);
  return OUTCOMES.get(words.slice(-2).join('_')) ?? OUTCOMES.get(words.at(-1) ?? '');
};
