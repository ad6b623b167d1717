// The `github` section, in full.
import { type Fields } from '../../event/fields.ts';
import type { Hook } from './delivery.ts';
import { at, clip, compact, countAt, fieldsAt, idAt, listAt, shaAt, urlAt, wordsAt } from './payload.ts';

const UNNAMED = 'unknown';

export const githubOf = (hook: Hook): Fields => {
  const { event, deliveryId, payload, hookAction } = hook;
  const section = compact({
    deliveryId: deliveryId ?? UNNAMED,
    event: clip(event, 64),
    hookAction: hookAction === '' ? undefined : clip(hookAction, 64),
    repository: repositoryOf(payload),
    organization: idAt(payload, 'organization.login', 128),
    pullRequest: pullRequestOf(hook),
    workflow: workflowOf(hook),
    ref: refOf(payload),
    commitSha: commitOf(hook),
    release: releaseOf(payload),
    sender: idAt(payload, 'sender.login', 128),
  });
  return section!;
};

const repositoryOf = (payload: Fields): Fields | undefined => {
  const repository = fieldsAt(payload, 'repository');
  const [id, fullName] = [at(repository, 'id'), idAt(repository, 'full_name')];
  if (fullName === undefined) return undefined;
  return compact({
    id: Number.isSafeInteger(id) ? id : (idAt(repository, 'id', 64) ?? UNNAMED),
    fullName,
    url: urlAt(repository, 'html_url'),
  });
};

const pullRequestOf = ({ event, payload }: Hook): Fields | undefined => {
  const pull = fieldsAt(payload, 'pull_request');
  const number = countAt(pull, 'number');
  if (pull === undefined || number === undefined) return onlyPullRequest(event, payload);
  return compact({
    number,
    title: wordsAt(pull, 'title', 1024),
    url: urlAt(pull, 'html_url'),
    author: idAt(pull, 'user.login', 128),
    mergedBy: idAt(pull, 'merged_by.login', 128),
    // Before the merge it names a trial that never becomes part of a branch.
    mergeCommitSha: at(pull, 'merged') === true ? shaAt(pull, 'merge_commit_sha') : undefined,
    baseRef: idAt(pull, 'base.ref'),
    headRef: idAt(pull, 'head.ref'),
    headSha: shaAt(pull, 'head.sha'),
  });
};

/** The pull requests of this repository that a run or a check was started for. */
export const pullRequestsOfRun = (event: string, payload: Fields): readonly Fields[] => {
  const repositoryId = idAt(payload, 'repository.id');
  const repository = urlAt(payload, 'repository.html_url');
  return listAt(payload, `${event}.pull_requests`).flatMap((pull) => {
    const number = countAt(pull, 'number');
    if (number === undefined || repository === undefined || idAt(pull, 'base.repo.id') !== repositoryId) return [];
    const pullRequest = compact({
      number,
      url: `${repository}/pull/${number}`,
      baseRef: idAt(pull, 'base.ref'),
      headRef: idAt(pull, 'head.ref'),
      headSha: shaAt(pull, 'head.sha'),
    });
    return pullRequest === undefined ? [] : [pullRequest];
  });
};

/** Of several none is the one: they are evidence alone. */
const onlyPullRequest = (event: string, payload: Fields): Fields | undefined => {
  const pulls = pullRequestsOfRun(event, payload);
  return pulls.length === 1 ? pulls[0] : undefined;
};

const workflowOf = ({ event, payload }: Hook): Fields | undefined => {
  const job = fieldsAt(payload, 'workflow_job');
  if (job !== undefined) {
    const runId = idAt(job, 'run_id', 64);
    const repository = urlAt(payload, 'repository.html_url');
    if (runId === undefined) return undefined;
    return compact({
      name: wordsAt(job, 'workflow_name', 256) ?? wordsAt(job, 'name', 256),
      runId: asNumber(at(job, 'run_id'), runId),
      runAttempt: countAt(job, 'run_attempt'),
      url: repository === undefined ? undefined : `${repository}/actions/runs/${runId}`,
      conclusion: idAt(job, 'conclusion', 64),
    });
  }
  const run = fieldsAt(payload, 'workflow_run');
  const runId = idAt(run, 'id', 64);
  if (runId === undefined) return undefined;
  return compact({
    name: wordsAt(run, 'name', 256) ?? wordsAt(payload, 'workflow.name', 256),
    runId: asNumber(at(run, 'id'), runId),
    runAttempt: countAt(run, 'run_attempt'),
    url: urlAt(run, 'html_url'),
    // Beside a deployment it would speak of another thing than the deployment's state.
    conclusion: event === 'workflow_run' ? idAt(run, 'conclusion', 64) : undefined,
  });
};

const asNumber = (value: unknown, text: string): unknown => (Number.isSafeInteger(value) ? value : text);

const REFS = [
  'ref',
  'deployment.ref',
  'workflow_run.head_branch',
  'workflow_job.head_branch',
  'check_run.check_suite.head_branch',
  'check_suite.head_branch',
  'merge_group.head_ref',
  'pull_request.head.ref',
];
const refOf = (payload: Fields): string | undefined =>
  REFS.map((path) => idAt(payload, path)).find((ref) => ref !== undefined);

const COMMITS = [
  'deployment.sha',
  'workflow_run.head_sha',
  'workflow_job.head_sha',
  'check_run.head_sha',
  'check_suite.head_sha',
  'after',
  'sha',
  'merge_group.head_sha',
  'pull_request.head.sha',
  'build.commit',
  'release.target_commitish',
  'commit_oid',
];
const commitOf = ({ payload }: Hook): string | undefined => {
  const merged =
    at(payload, 'pull_request.merged') === true ? shaAt(payload, 'pull_request.merge_commit_sha') : undefined;
  return merged ?? COMMITS.map((path) => shaAt(payload, path)).find((sha) => sha !== undefined);
};

const releaseOf = (payload: Fields): Fields | undefined => {
  const tag = idAt(payload, 'release.tag_name');
  return tag === undefined ? undefined : compact({ tag, url: urlAt(payload, 'release.html_url') });
};
