// What the types of CDEvents are called here (EVENTS.md 8). Those that the table does not name are kept under `x.`.
import { toSnakeCase } from '../snake-case.ts';
import type { Evidence } from './evidence.ts';

/** `dev.cdevents.<subject>.<predicate>.<version>`; a tool's own: `dev.cdeventsx.<tool>-<subject>.<predicate>.<version>`. */
const TYPE = /^dev\.cdevents(?:x)?\.([A-Za-z0-9_-]{1,80})\.([A-Za-z0-9_-]{1,40})(?:\.(\d[0-9A-Za-z.-]{0,60}))?$/;

export interface CdType {
  readonly subject: string;
  readonly predicate: string;
  readonly action: string;
}

export const isCdEventType = (type: unknown): boolean =>
  typeof type === 'string' && (type.startsWith('dev.cdevents.') || type.startsWith('dev.cdeventsx.'));

const ACTIONS: Readonly<Record<string, string>> = {
  'change.merged': 'pr_merged',
  'change.created': 'x.pr_opened',
  'change.abandoned': 'x.pr_closed',
  'service.deployed': 'deploy_completed',
  'service.upgraded': 'deploy_completed',
  'service.rolledback': 'rollback_initiated',
};

/** Undefined for what is no type of a CDEvent. */
export const cdTypeOf = (type: string): CdType | undefined => {
  const [, subject, predicate] = TYPE.exec(type) ?? [];
  if (subject === undefined || predicate === undefined) return undefined;
  const name = `${subject}.${predicate}`;
  const words = [toSnakeCase(subject), toSnakeCase(predicate)].filter((word) => word !== '');
  if (words.length < 2) return undefined;
  return { subject: words[0]!, predicate: words[1]!, action: ACTIONS[name] ?? `x.${words.join('_')}` };
};

/** What the page of a subject is evidence of. */
export const EVIDENCE_OF: Readonly<Record<string, Evidence['type']>> = {
  change: 'pull_request',
  repository: 'other',
  branch: 'other',
  build: 'workflow_run',
  pipelinerun: 'workflow_run',
  taskrun: 'workflow_run',
  artifact: 'artifact',
  service: 'deployment',
  environment: 'other',
  testcaserun: 'test_report',
  testsuiterun: 'test_report',
  testoutput: 'test_report',
  incident: 'other',
  ticket: 'ticket',
};

const OUTCOMES: Readonly<Record<string, string>> = {
  success: 'success',
  pass: 'success',
  passed: 'success',
  failure: 'failure',
  fail: 'failure',
  failed: 'failure',
  error: 'error',
  cancel: 'cancelled',
  cancelled: 'cancelled',
  canceled: 'cancelled',
  skip: 'skipped',
  skipped: 'skipped',
};

/** The words of the specification, in any case. */
export const outcomeOf = (word: unknown): string | undefined => {
  const plain = typeof word === 'string' ? word.toLowerCase() : '';
  return Object.hasOwn(OUTCOMES, plain) ? OUTCOMES[plain] : undefined;
};
