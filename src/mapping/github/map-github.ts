import { rawSourceOf } from '../raw-source.ts';
import { type Fields, isFields } from '../../event/fields.ts';
import { ciTraceOf, isRunEvent } from '../../event/ci-trace.ts';
import type { Warning } from '../../event/schema.ts';
import { drop, reject, type RawSlot } from '../../sdk/index.ts';
import type { MappingContext } from '../context.ts';
import { changesOf } from './changes.ts';
import { holds } from './rules/conditions.ts';
import type { Delivery, GithubOptions, Hook } from './delivery.ts';
import { deploymentOf } from './deployment.ts';
import { evidenceFrom } from './evidence.ts';
import { githubOf } from './github-section.ts';
import { compact, countAt, idAt, wordsAt } from './payload.ts';
import type { Rule } from './rules/rule.ts';
import { findRule } from './rules/rules.ts';
import { securityOf } from './security.ts';
import { outcomeOfState, stateOf } from './state.ts';
import { actorOf, objectOf, serviceOf } from './subject.ts';
import { timeOf } from './time.ts';
import { trim } from './trim.ts';

const NOT_MAPPED = drop('not_mapped');
const MAX_NAME = 64;
/** The namespace of delivery GUIDs in an event's identity. */
const IDENTITY = 'github';

/** A webhook of GitHub as a raw event. Pure, and total: whatever the payload is, nothing is thrown. */
export const mapGithub = (delivery: Delivery, context: MappingContext, options: GithubOptions = {}): RawSlot => {
  const { event, payload } = delivery;
  if (!isFields(payload)) return reject('EVENT_FIELD_TYPE', '', 'must be an object');
  const deliveryId = idAt(delivery, 'deliveryId', MAX_NAME);
  const hookAction = idAt(payload, 'action', MAX_NAME) ?? '';
  const hook: Hook = { event, deliveryId, payload, hookAction, options };
  const rule = findRule(event, hookAction, (condition) => holds(condition, hook));
  return rule === undefined ? NOT_MAPPED : toRaw(hook, rule, context);
};

const toRaw = (hook: Hook, rule: Rule, context: MappingContext): RawSlot => {
  const { deliveryId, payload } = hook;
  const { receivedAt, rawSize } = context;
  const { data, isCut } = trim(payload);
  const content = { ...contentOf(hook, rule, context), data };
  return {
    content,
    source: rawSourceOf('github', context),
    ...(deliveryId !== undefined && { identity: { name: IDENTITY, id: deliveryId } }),
    receivedAt,
    rawSize,
    ...(isCut && { warnings: CUT }),
  };
};
const CUT: readonly Warning[] = [{ code: 'payload_cut', path: '/data' }];

const contentOf = (hook: Hook, rule: Rule, { receivedAt }: MappingContext): Fields => {
  const { action, category, violation } = rule;
  const outcome = rule.outcome === 'by state' ? outcomeOfState(stateOf(hook)) : rule.outcome;
  const deployment = deploymentOf(hook, action);
  const content = compact({
    category,
    action,
    timestamp: timeOf(hook, receivedAt),
    source: compact({ name: IDENTITY, type: typeOf(hook) }),
    outcome,
    outcomeReason: reasonOf(hook),
    outcomeCode: rule.outcome === 'by state' ? stateOf(hook) : undefined,
    severity: isAlert(hook) ? ALERT_SEVERITY : undefined,
    description: descriptionOf(hook),
    actor: actorOf(hook, action),
    object: objectOf(hook),
    changes: changesOf(hook),
    service: serviceOf(hook, deployment?.['environment']),
    github: githubOf(hook),
    deployment,
    evidence: category === 'delivery' ? evidenceFrom(hook) : undefined,
    security: violation === undefined ? undefined : securityOf(hook, violation, outcome),
    correlation: correlationOf(hook),
  });
  return content!;
};

const typeOf = ({ event, hookAction }: Hook): string => (hookAction === '' ? event : `${event}.${hookAction}`);

const REASONS = ['deployment_status.description', 'review.body', 'build.error.message', 'description', 'comment'];
const reasonOf = (hook: Hook): string | undefined => {
  if (stateOf(hook) === undefined && hook.event !== 'deployment_review') return undefined;
  return REASONS.map((path) => wordsAt(hook.payload, path, 1024)).find((words) => words !== undefined);
};

const DESCRIPTIONS = [
  'pull_request.title',
  'workflow_run.display_title',
  'head_commit.message',
  'deployment.description',
  'release.name',
  'issue.title',
  'alert.security_advisory.summary',
  'alert.rule.description',
  'security_advisory.summary',
];
const descriptionOf = ({ payload }: Hook): string | undefined =>
  DESCRIPTIONS.map((path) => wordsAt(payload, path, 1024)).find((words) => words !== undefined);

const OPENED: ReadonlySet<string> = new Set(['created', 'create', 'reopened', 'reintroduced', 'publicly_leaked']);
/** A warning: something is open that should not be. */
const ALERT_SEVERITY = 13;
const isAlert = ({ event, hookAction, payload }: Hook): boolean =>
  OPENED.has(hookAction) && isFields(payload['alert']) && event.includes('alert');

/** A run and its jobs are one trace, which GitHub does not name; deployments belong to groups of their own. */
const correlationOf = ({ event, payload }: Hook): Fields | undefined => {
  if (!isRunEvent(event)) return undefined;
  const isJob = event === 'workflow_job';
  const runId = isJob ? idAt(payload, 'workflow_job.run_id', MAX_NAME) : idAt(payload, 'workflow_run.id', MAX_NAME);
  const attempt = countAt(payload, isJob ? 'workflow_job.run_attempt' : 'workflow_run.run_attempt');
  return runId === undefined ? undefined : { ...ciTraceOf(runId, attempt) };
};
