import { describe, expect, test } from 'vitest';
import type { Content } from '../../../src/testkit/arbitraries.ts';
import { eventOf, TICK } from './fixtures.ts';

const deployment = {
  id: 'd-2',
  environment: 'production',
  status: 'in_progress',
  previousVersion: '1.4.1',
  url: 'https://ci.example/d-2',
};
const rollback = (more: Content = {}): Content => ({
  category: 'delivery',
  action: 'rollback_initiated',
  deployment,
  ...more,
});

describe('rollback', () => {
  test.each<[string, Content, string | undefined]>([
    [
      'in the section',
      rollback({ deployment: { ...deployment, rollbackOf: 'd-1' }, data: { rollbackOf: 'd-0' } }),
      'd-1',
    ],
    ['in the payload', rollback({ data: { rollbackOf: 'd-1' } }), 'd-1'],
    ['in the payload, in snake case', rollback({ data: { rollback_of: 41 } }), '41'],
    ['as attribute', rollback({ attributes: { 'deployment.rollback_of': 'd-1' } }), 'd-1'],
    ['nowhere', rollback(), undefined],
    ['as no id', rollback({ data: { rollbackOf: { id: 1 } } }), undefined],
    ['as an id too long', rollback({ data: { rollbackOf: 'é'.repeat(129) } }), undefined],
    [
      'of a deployment that is none',
      { ...rollback({ data: { rollbackOf: 'd-1' } }), action: 'deploy_completed' },
      undefined,
    ],
  ])('what it goes back from, told %s', (_, content, rollbackOf) => {
    expect(eventOf(content).deployment?.rollbackOf).toBe(rollbackOf);
  });

  test('it is pending until its deployment is done, and has its place among the fields', () => {
    const event = eventOf(rollback({ data: { rollbackOf: 'd-1' } }));
    expect(event.outcome).toBe('pending');
    expect(Object.keys(event.deployment ?? {})).toEqual([
      'id',
      'environment',
      'status',
      'rollbackOf',
      'previousVersion',
      'url',
    ]);
  });
});

describe('evidence', () => {
  const github = { deliveryId: 'd', event: 'e', repository: { id: 1, fullName: 'o/r', url: 'https://github.com/o/r' } };
  const evidenceOf = (more: Content) => eventOf({ category: 'delivery', action: 'x.a', ...more }).evidence;

  test.each<[string, Content, string[]]>([
    [
      'a pull request',
      { github: { ...github, pullRequest: { number: 7, url: 'https://github.com/o/r/pull/7' } } },
      ['pull_request https://github.com/o/r/pull/7'],
    ],
    [
      'a workflow run',
      { github: { ...github, workflow: { runId: 5, url: 'https://github.com/o/r/runs/5' } } },
      ['workflow_run https://github.com/o/r/runs/5'],
    ],
    [
      'a release',
      { github: { ...github, release: { tag: 'v1', url: 'https://github.com/o/r/v1' } } },
      ['release https://github.com/o/r/v1'],
    ],
    ['a commit', { github: { ...github, commitSha: 'abc' } }, ['commit https://github.com/o/r/commit/abc']],
    [
      'a deployment and its commit',
      { github, deployment: { ...deployment, commitSha: 'def' } },
      ['commit https://github.com/o/r/commit/def', 'deployment https://ci.example/d-2'],
    ],
    [
      "the subject's page",
      { object: { type: 't', id: 'i', url: 'https://a.example/o' } },
      ['other https://a.example/o'],
    ],
    ['the repository', { github }, ['other https://github.com/o/r']],
    [
      "the organisation's page",
      { github: { deliveryId: 'd', event: 'e', organization: 'o', sender: 's' } },
      ['other https://github.com/o'],
    ],
    ["the sender's page", { github: { deliveryId: 'd', event: 'e', sender: 's' } }, ['other https://github.com/s']],
    ['no page that is not https', { object: { type: 't', id: 'i', url: 'http://a.example/o' } }, []],
  ])('of %s', (_, more, links) => {
    expect((evidenceOf(more) ?? []).map(({ type, url }) => `${type} ${url}`)).toEqual(links);
  });

  test('the same link twice is one, and links are sorted by type and URL', () => {
    const evidence = [
      { type: 'ticket', url: 'https://t.example/2' },
      { type: 'ticket', url: 'https://t.example/1' },
      { type: 'ticket', url: 'https://t.example/2', title: 'again' },
      { type: 'approval', url: 'https://t.example/3' },
    ];
    expect(evidenceOf({ evidence })).toEqual([
      { type: 'approval', url: 'https://t.example/3', verified: false },
      { type: 'ticket', url: 'https://t.example/1', verified: false },
      { type: 'ticket', url: 'https://t.example/2', verified: false },
    ]);
  });
});

describe('of the system', () => {
  test('query strings stay where they are asked for', () => {
    const content = { ...TICK, request: { path: '/a?token=1#x' } };
    expect(eventOf(content, {}, { keepQueries: true }).request?.path).toBe('/a?token=1#x');
  });

  test.each<[Content, string, boolean]>([
    [{ error: { code: '40001' }, attributes: { 'db.system.name': 'postgresql' } }, 'database', true],
    [{ error: { code: '23505' }, attributes: { 'db.system': 'mysql' } }, 'database', false],
    [{ attributes: { 'rpc.response.status_code': 'DEADLINE_EXCEEDED' } }, 'timeout', true],
    [{ attributes: { 'rpc.grpc.status_code': 5 } }, 'not_found', false],
  ])('the error of %j is %s', (more, errorClass, retriable) => {
    expect(eventOf({ ...TICK, outcome: 'error', ...more }).error).toMatchObject({ class: errorClass, retriable });
  });
});
