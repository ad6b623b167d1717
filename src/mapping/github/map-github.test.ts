import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ciTraceOf } from '../../event/ci-trace.ts';
import { CONTEXT, exampleOf, exampleSets, GUID, mapped, RECEIVED_AT } from './fixtures.ts';
import { mapGithub } from './map-github.ts';

type Payload = Record<string, unknown>;
/** An example with parts of it replaced: `{ 'pull_request.merged': true }`. */
const changed = (event: string, hookAction: string | undefined, changes: Payload): Payload => {
  const payload: Payload = exampleOf(event, hookAction);
  for (const [path, value] of Object.entries(changes)) {
    const keys = path.split('.');
    const last = keys.pop()!;
    let place = payload;
    for (const key of keys) place = (place[key] ??= {}) as Payload;
    place[last] = value;
  }
  return payload;
};
const contentOf = (event: string, hookAction: string | undefined, changes: Payload = {}, options = {}) =>
  mapped(event, changed(event, hookAction, changes), options).content;

const MERGED = {
  'pull_request.merged': true,
  'pull_request.merged_at': '2026-02-03T04:05:06Z',
  'pull_request.merged_by': { login: 'merger', type: 'User' },
  'pull_request.merge_commit_sha': 'a'.repeat(40),
};

describe('action and outcome', () => {
  test.each<[string, string | undefined, Payload, string, string]>([
    ['pull_request', 'closed', MERGED, 'pr_merged', 'success'],
    ['pull_request', 'closed', { 'pull_request.merged': 'true' }, 'x.pr_closed', 'cancelled'],
    ['pull_request', 'closed', { 'pull_request.merged': false }, 'x.pr_closed', 'cancelled'],
    ['pull_request', 'opened', {}, 'x.pr_opened', 'success'],
    ['pull_request_review', 'submitted', { 'review.state': 'APPROVED' }, 'x.pr_reviewed', 'success'],
    ['pull_request_review', 'submitted', { 'review.state': 'changes_requested' }, 'x.pr_reviewed', 'failure'],
    ['deployment', 'created', {}, 'x.deploy_started', 'pending'],
    ['deployment_status', 'created', { 'deployment_status.state': 'success' }, 'deploy_completed', 'success'],
    ['deployment_status', 'created', { 'deployment_status.state': 'failure' }, 'deploy_completed', 'failure'],
    ['deployment_status', 'created', { 'deployment_status.state': 'error' }, 'deploy_completed', 'error'],
    ['deployment_status', 'created', { 'deployment_status.state': 'inactive' }, 'deploy_completed', 'cancelled'],
    ['deployment_status', 'created', { 'deployment_status.state': 'queued' }, 'x.deploy_started', 'pending'],
    ['deployment_status', 'created', { 'deployment_status.state': 'in_progress' }, 'x.deploy_started', 'pending'],
    ['deployment_status', 'created', { 'deployment_status.state': 'pending' }, 'x.deploy_started', 'pending'],
    ['deployment_status', 'created', { 'deployment_status.state': 'waiting' }, 'x.deploy_started', 'pending'],
    ['deployment_review', undefined, { action: 'rejected' }, 'x.deploy_review_refused', 'denied'],
    ['workflow_run', 'completed', { 'workflow_run.conclusion': 'startup_failure' }, 'x.workflow_completed', 'error'],
    ['workflow_run', 'completed', { 'workflow_run.conclusion': 'timed_out' }, 'x.workflow_completed', 'timeout'],
    ['workflow_run', 'completed', { 'workflow_run.conclusion': 'action_required' }, 'x.workflow_completed', 'denied'],
    ['workflow_job', 'completed', { 'workflow_job.conclusion': 'skipped' }, 'x.build_finished', 'skipped'],
    ['check_run', 'completed', { 'check_run.conclusion': 'stale' }, 'x.build_finished', 'skipped'],
    ['check_suite', 'completed', { 'check_suite.conclusion': 'neutral' }, 'x.build_finished', 'success'],
    ['status', undefined, { state: 'failure' }, 'x.build_finished', 'failure'],
    ['status', undefined, { state: 'pending' }, 'x.build_started', 'pending'],
    ['page_build', undefined, { 'build.status': 'errored' }, 'x.pages_built', 'error'],
    ['release', 'published', {}, 'x.release_published', 'success'],
    ['push', undefined, {}, 'x.branch_pushed', 'success'],
  ])('%s %s %j: %s, %s', (event, hookAction, changes, action, outcome) => {
    expect(contentOf(event, hookAction, changes)).toMatchObject({ category: 'delivery', action, outcome });
  });
});

describe('a rollback', () => {
  test.each<[Payload, string]>([
    [{ 'deployment.task': 'rollback' }, 'rollback_initiated'],
    [{ 'deployment.task': 'deploy:rollback-guard' }, 'x.deploy_started'],
    [{ 'deployment.payload': { reason: 'rollback of v2' } }, 'rollback_initiated'],
    [{ 'deployment.payload': { rollback: true } }, 'rollback_initiated'],
    [{ 'deployment.payload': { rollback: false } }, 'x.deploy_started'],
    [{ 'deployment.payload': '{"type":"roll_back"}' }, 'rollback_initiated'],
    [{ 'deployment.payload': '{"type":' }, 'x.deploy_started'],
    [{ 'deployment.payload': 'rollback' }, 'rollback_initiated'],
  ])('%j: %s', (changes, action) => {
    expect(contentOf('deployment', 'created', changes)).toMatchObject({ action, deployment: { status: 'pending' } });
  });

  test('by what was deployed before, and it names what it turns away from', () => {
    const asked: unknown[] = [];
    const prior = {
      rolledBackBy: (target: unknown) => {
        asked.push(target);
        return { deploymentId: '41', sha: 'b'.repeat(40) };
      },
    };
    expect(contentOf('deployment', 'created', {}, { prior })).toMatchObject({
      action: 'rollback_initiated',
      deployment: { rollbackOf: '41', previousVersion: 'b'.repeat(40) },
    });
    const { repository, deployment } = exampleOf('deployment', 'created') as Record<string, Payload>;
    expect(asked[0]).toEqual({
      repository: repository!['full_name'],
      environment: deployment!['environment'],
      sha: deployment!['sha'],
      createdAt: deployment!['created_at'],
    });
  });
});

test('a workflow that is registered as a deploy is one, by name or by file', () => {
  const run = exampleOf('workflow_run', 'completed')['workflow_run'] as Payload;
  for (const name of [run['name'], run['path'] ?? run['name']]) {
    const options = { deployWorkflows: { [String(name)]: 'production' } };
    const content = contentOf('workflow_run', 'completed', { 'workflow_run.conclusion': 'failure' }, options);
    expect(content).toMatchObject({
      action: 'deploy_completed',
      deployment: { id: `workflow_run/${String(run['id'])}#1`, environment: 'production', status: 'failure' },
      service: { environment: 'production' },
    });
  }
  expect(contentOf('workflow_run', 'completed', {}, { deployWorkflows: { other: 'x' } })['action']).toBe(
    'x.workflow_completed',
  );
});

describe('sections', () => {
  test('a merged pull request', () => {
    const { content, identity } = mapped('pull_request', changed('pull_request', 'closed', MERGED));
    expect(identity).toEqual({ name: 'github', id: GUID });
    expect(content).toMatchObject({
      timestamp: '2026-02-03T04:05:06Z',
      actor: { id: 'merger', type: 'user' },
      object: { type: 'pull_request', id: 'Codertocat/Hello-World#2', parent: 'Codertocat/Hello-World' },
      service: { name: 'Hello-World', namespace: 'Codertocat' },
      github: {
        deliveryId: GUID,
        event: 'pull_request',
        hookAction: 'closed',
        repository: { fullName: 'Codertocat/Hello-World', url: 'https://github.com/Codertocat/Hello-World' },
        pullRequest: { number: 2, mergedBy: 'merger', mergeCommitSha: 'a'.repeat(40), baseRef: 'master' },
        commitSha: 'a'.repeat(40),
        sender: 'Codertocat',
      },
    });
  });

  test('of an open pull request the trial merge is no commit', () => {
    const content = contentOf('pull_request', 'opened', { 'pull_request.merge_commit_sha': 'a'.repeat(40) });
    expect(JSON.stringify(content['github'])).not.toContain('a'.repeat(40));
  });

  test.each<[Payload, Payload]>([
    [
      { login: 'dependabot[bot]', type: 'Bot' },
      { id: 'dependabot[bot]', type: 'service_account' },
    ],
    [
      { login: 'octocat', type: 'User' },
      { id: 'octocat', type: 'user' },
    ],
    [
      { login: 'acme', type: 'Organization' },
      { id: 'acme', type: 'unknown' },
    ],
    [{}, { id: 'github', type: 'system' }],
  ])('the sender %j is %j', (sender, actor) => {
    expect(contentOf('push', undefined, { sender })['actor']).toMatchObject(actor);
  });

  test.each(['workflow_run', 'workflow_job'])('%s belongs to the trace of the run', (event) => {
    const hookAction = 'completed';
    const part = exampleOf(event, hookAction)[event] as Payload;
    const [runId, attempt] = [part[event === 'workflow_run' ? 'id' : 'run_id'], part['run_attempt']];
    const content = contentOf(event, hookAction);
    expect(content['correlation']).toEqual(ciTraceOf(Number(runId), Number(attempt ?? 1)));
    expect(content['github']).toMatchObject({ workflow: { runId } });
  });

  test('a deployment has no trace of its own', () => {
    expect(contentOf('deployment_status', 'created')['correlation']).toBeUndefined();
  });
});

describe('time', () => {
  test.each<[string, string | undefined, Payload, unknown]>([
    ['push', undefined, { 'head_commit.timestamp': '2026-01-02T03:04:05+02:00' }, '2026-01-02T03:04:05+02:00'],
    ['push', undefined, { head_commit: null, 'repository.pushed_at': 1_780_000_000 }, 1_780_000_000],
    // The committer's clock is wrong, or the commit is from another decade.
    ['push', undefined, { 'head_commit.timestamp': '2199-01-01T00:00:00Z', 'repository.pushed_at': 1.78e9 }, 1.78e9],
    ['push', undefined, { 'head_commit.timestamp': '1999-01-01T00:00:00Z', 'repository.pushed_at': 'soon' }, undefined],
    [
      'deployment_status',
      'created',
      { 'deployment_status.created_at': '2026-05-01T00:00:00Z' },
      '2026-05-01T00:00:00Z',
    ],
    ['release', 'published', { 'release.published_at': '2026-05-02T00:00:00Z' }, '2026-05-02T00:00:00Z'],
    ['release', 'deleted', {}, undefined],
    ['member', 'added', {}, undefined],
  ])('%s %s %j: %s', (event, hookAction, changes, timestamp) => {
    expect(contentOf(event, hookAction, changes)['timestamp']).toBe(timestamp);
  });
});

describe('the payload', () => {
  test('keeps what is said, without pictures and templates', () => {
    const { data } = contentOf('pull_request', 'opened');
    expect(JSON.stringify(data)).not.toMatch(/avatar_url|\{\/|node_id/);
    expect(data).toMatchObject({ pull_request: { title: 'Update the README with new information.' } });
  });

  test('is bounded, and says so', () => {
    const commits = Array.from({ length: 2048 }, (_, i) => ({ id: String(i), files: Array(100).fill('f') }));
    const sixtyFour = (item: unknown): unknown[] => Array.from({ length: 64 }, () => item);
    const empty = sixtyFour(sixtyFour(sixtyFour({})));
    for (const changes of [{ commits }, { commits: empty }]) {
      const { content, warnings } = mapped('push', changed('push', undefined, changes));
      expect(warnings).toEqual([{ code: 'payload_cut', path: '/data' }]);
      expect(JSON.stringify(content['data']).length).toBeLessThan(64 * 1024);
    }
  });
});

test.each([[null], [[]], ['text'], [7], [undefined]])('a payload that is %j is refused', (payload) => {
  expect(mapGithub({ event: 'push', payload }, CONTEXT)).toMatchObject({ verdict: 'reject' });
});

test('without a GUID it has no identity', () => {
  const slot = mapGithub({ event: 'push', payload: exampleOf('push') }, CONTEXT);
  expect(slot).not.toHaveProperty('identity');
  expect(slot).toMatchObject({ content: { github: { deliveryId: 'unknown' } }, receivedAt: RECEIVED_AT });
});

test('whatever stands in a payload, nothing is thrown', () => {
  const events = exampleSets.map(({ name }) => name);
  const example = fc.constantFrom(
    ...exampleSets.flatMap(({ name, examples }) => examples.map((payload) => ({ name, payload }))),
  );
  const broken = example.chain(({ name, payload }) =>
    fc
      .dictionary(fc.constantFrom(...Object.keys(payload)), fc.jsonValue())
      .map((junk) => ({ name, payload: { ...payload, ...junk } })),
  );
  const foreign = fc.record({ name: fc.constantFrom(...events, '__proto__', ''), payload: fc.jsonValue() });
  fc.assert(
    fc.property(fc.oneof(broken, foreign), ({ name, payload }) => {
      const slot = mapGithub({ event: name, deliveryId: GUID, payload }, CONTEXT);
      expect('verdict' in slot || 'content' in slot).toBe(true);
    }),
  );
});
