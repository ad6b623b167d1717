// When it happened, by each event's own field. A time that cannot be read or believed is none: the receipt's stands then.
import { type Fields } from '../../event/fields.ts';
import { parseInstant, type Instant } from '../../event/time.ts';
import type { Hook } from './delivery.ts';
import { at } from './payload.ts';
import { subjectFields } from './subject.ts';

const TIMES: Readonly<Record<string, readonly string[]>> = {
  'pull_request.closed': ['pull_request.merged_at', 'pull_request.closed_at'],
  'pull_request.opened': ['pull_request.created_at'],
  'pull_request_review.submitted': ['review.submitted_at'],
  pull_request_review: ['review.updated_at', 'pull_request.updated_at'],
  deployment: ['deployment.created_at'],
  deployment_status: ['deployment_status.created_at', 'deployment_status.updated_at'],
  deployment_protection_rule: ['deployment.updated_at'],
  'deployment_review.requested': ['requested_at', 'workflow_run.updated_at'],
  deployment_review: ['since', 'workflow_run.updated_at'],
  'workflow_run.completed': ['workflow_run.updated_at'],
  'workflow_run.requested': ['workflow_run.created_at'],
  'workflow_run.in_progress': ['workflow_run.run_started_at', 'workflow_run.updated_at'],
  'workflow_job.completed': ['workflow_job.completed_at'],
  'workflow_job.in_progress': ['workflow_job.started_at'],
  workflow_job: ['workflow_job.created_at', 'workflow_job.started_at'],
  'check_run.completed': ['check_run.completed_at'],
  check_run: ['check_run.started_at'],
  'check_suite.requested': ['check_suite.created_at'],
  status: ['updated_at', 'created_at'],
  page_build: ['build.updated_at', 'build.created_at'],
  push: ['head_commit.timestamp', 'repository.pushed_at'],
  create: ['repository.pushed_at'],
  delete: ['repository.pushed_at'],
  merge_group: [],
  'release.published': ['release.published_at'],
  'release.released': ['release.published_at'],
  'release.prereleased': ['release.published_at'],
  'release.created': ['release.created_at'],
  'issues.opened': ['issue.created_at'],
  'issues.closed': ['issue.closed_at'],
  'repository.created': ['repository.created_at'],
  repository: ['repository.updated_at'],
  public: ['repository.updated_at'],
  'organization.member_invited': ['invitation.created_at'],
  'deploy_key.created': ['key.created_at'],
  'security_advisory.published': ['security_advisory.published_at'],
  'security_advisory.withdrawn': ['security_advisory.withdrawn_at'],
  // Accounts and teams say when they came to be, not when their rights changed.
  member: [],
  membership: [],
  organization: [],
  org_block: [],
  team: [],
  team_add: [],
  github_app_authorization: [],
  'installation.suspend': ['installation.suspended_at'],
  'installation.created': ['installation.created_at'],
  installation: ['installation.updated_at'],
  personal_access_token_request: [],
  // What is gone says when it was last changed, which is not when it went.
  'release.deleted': [],
  'branch_protection_rule.deleted': [],
  'repository_ruleset.deleted': [],
  'deploy_key.deleted': [],
  'issues.deleted': [],
  'repository.deleted': [],
  'meta.deleted': [],
};

const CREATED: ReadonlySet<string> = new Set(['created', 'create', 'published']);
const ALERT_ENDS = ['fixed_at', 'dismissed_at', 'resolved_at'];

export const timeOf = (hook: Hook, receivedAt: Instant): string | number | undefined =>
  candidates(hook).find((time): time is string | number => isBelievable(time, receivedAt));

const candidates = (hook: Hook): readonly unknown[] => {
  const { event, hookAction, payload } = hook;
  const paths = TIMES[`${event}.${hookAction}`] ?? TIMES[event];
  return paths === undefined ? ofSubject(hookAction, subjectFields(hook)) : paths.map((path) => at(payload, path));
};

const ofSubject = (hookAction: string, fields: Fields | undefined): readonly unknown[] => {
  if (fields === undefined) return [];
  const { created_at: created, updated_at: updated } = fields;
  if (CREATED.has(hookAction)) return [created, updated];
  return [...ALERT_ENDS.map((key) => fields[key]), updated];
};

const DAY_SECONDS = 86_400;
/** As far as `validate` goes by default: the committer's clock is no reason to lose a push. */
const MAX_AGE_SECONDS = 3652 * DAY_SECONDS;

const isBelievable = (time: unknown, receivedAt: Instant): boolean => {
  if (typeof time !== 'string' && typeof time !== 'number') return false;
  const parsed = parseInstant(time);
  if (typeof parsed === 'string') return false;
  const ahead = parsed.instant.seconds - receivedAt.seconds;
  return ahead < DAY_SECONDS && -ahead < MAX_AGE_SECONDS;
};
