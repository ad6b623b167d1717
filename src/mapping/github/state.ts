// What the payload says of how it went: a state or a conclusion, under another name in each event.
import { outcomeOfWord } from '../../event/outcome-words.ts';
import type { OutcomeValue } from '../../event/schema.ts';
import type { Hook } from './delivery.ts';
import { idAt } from './payload.ts';

const STATES: Readonly<Record<string, string>> = {
  deployment_status: 'deployment_status.state',
  workflow_run: 'workflow_run.conclusion',
  workflow_job: 'workflow_job.conclusion',
  check_run: 'check_run.conclusion',
  check_suite: 'check_suite.conclusion',
  status: 'state',
  page_build: 'build.status',
  repository_import: 'status',
  pull_request_review: 'review.state',
  merge_group: 'reason',
};

/** GitHub's words that other sources do not use, or use for something else. */
const WORDS: ReadonlyMap<string, OutcomeValue> = new Map([
  ['built', 'success'],
  ['building', 'pending'],
  ['errored', 'error'],
  ['commented', 'success'],
  ['changes_requested', 'failure'],
  ['invalidated', 'failure'],
  ['dequeued', 'cancelled'],
]);

export const stateOf = ({ event, payload }: Pick<Hook, 'event' | 'payload'>): string | undefined => {
  const path = Object.hasOwn(STATES, event) ? STATES[event] : undefined;
  return path === undefined ? undefined : idAt(payload, path, 64)?.toLowerCase();
};

/** `unknown` for a state that is missing, or new. */
export const outcomeOfState = (state: string | undefined): OutcomeValue =>
  state === undefined ? 'unknown' : (WORDS.get(state) ?? outcomeOfWord(state) ?? 'unknown');

/** Is nothing more to come? */
export const isFinal = (state: string | undefined): boolean => {
  const outcome = outcomeOfState(state);
  return outcome !== 'pending' && outcome !== 'unknown';
};
