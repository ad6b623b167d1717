// The deployment section: of a deployment, of its status, or of a workflow run that is registered as one.
import { type Fields, isFields } from '../../event/fields.ts';
import type { Hook } from './delivery.ts';
import { at, compact, countAt, idAt, shaAt, urlAt } from './payload.ts';
import { findRollback } from './rollback.ts';
import { stateOf } from './state.ts';

/** The environment that a workflow deploys to; undefined where it is not registered as a deploy. */
export const environmentOf = ({ event, payload, options }: Hook): string | undefined => {
  const { deployWorkflows } = options;
  if (deployWorkflows === undefined || event !== 'workflow_run') return undefined;
  const names = [
    idAt(payload, 'workflow_run.name'),
    idAt(payload, 'workflow_run.path'),
    idAt(payload, 'workflow.name'),
  ];
  const name = names.find((candidate) => candidate !== undefined && Object.hasOwn(deployWorkflows, candidate));
  return name === undefined ? undefined : deployWorkflows[name];
};

export const deploymentOf = (hook: Hook, action: string): Fields | undefined => {
  if (hook.event === 'workflow_run') return ofRun(hook);
  const { payload } = hook;
  const id = idAt(payload, 'deployment.id');
  const environment =
    idAt(payload, 'deployment_status.environment', 128) ?? idAt(payload, 'deployment.environment', 128);
  if (id === undefined || environment === undefined) return isDue(action) ? UNKNOWN : undefined;
  const rollback = action === 'rollback_initiated' ? findRollback(hook)?.from : undefined;
  return compact({
    id,
    environment,
    version: versionOf(payload),
    commitSha: shaAt(payload, 'deployment.sha'),
    status: stateOf(hook) ?? 'pending',
    strategy: idAt(payload, 'deployment.task', 64),
    rollbackOf: rollback?.deploymentId,
    previousVersion: rollback?.sha,
    startedAt: idAt(payload, 'deployment.created_at', 64),
    finishedAt: action === 'deploy_completed' ? idAt(payload, 'deployment_status.created_at', 64) : undefined,
    url: urlOf(payload),
  });
};

const isDue = (action: string): boolean => action === 'deploy_completed' || action === 'rollback_initiated';
/** GitHub always says more; what a foreign sender left out is named so rather than refused. */
const UNKNOWN: Fields = { id: 'unknown', environment: 'unknown', status: 'unknown' };

/** What the creator of the deployment calls the version; else the tag or branch that was deployed. */
const versionOf = (payload: Fields): string | undefined => {
  const own = at(payload, 'deployment.payload');
  const version = isFields(own) ? (idAt(own, 'version', 128) ?? idAt(own, 'tag', 128)) : undefined;
  return version ?? idAt(payload, 'deployment.ref', 128);
};

const urlOf = (payload: Fields): string | undefined =>
  urlAt(payload, 'deployment_status.log_url') ??
  urlAt(payload, 'deployment_status.target_url') ??
  urlAt(payload, 'deployment_status.environment_url') ??
  urlAt(payload, 'deployment.url');

const ofRun = (hook: Hook): Fields | undefined => {
  const environment = environmentOf(hook);
  const { payload } = hook;
  const runId = idAt(payload, 'workflow_run.id', 64);
  if (environment === undefined) return undefined;
  return compact({
    // Not the bare number: those are GitHub's deployments.
    id: `workflow_run/${runId ?? 'unknown'}#${countAt(payload, 'workflow_run.run_attempt') ?? 1}`,
    environment,
    version: idAt(payload, 'workflow_run.head_branch', 128),
    commitSha: shaAt(payload, 'workflow_run.head_sha'),
    status: stateOf(hook) ?? 'unknown',
    startedAt: idAt(payload, 'workflow_run.run_started_at', 64) ?? idAt(payload, 'workflow_run.created_at', 64),
    finishedAt: idAt(payload, 'workflow_run.updated_at', 64),
    url: urlAt(payload, 'workflow_run.html_url'),
  });
};
