import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RawEvent } from '../../event/raw-event.ts';
import { mapCloudEvent } from '../cloudevents/map-cloud-event.ts';
import type { MappingContext } from '../context.ts';
import { mapCdEvent } from './map-cd-event.ts';

const CONTEXT: MappingContext = { receiver: 'http', receivedAt: { seconds: 1_767_322_800, nanos: 5 }, rawSize: 100 };
const DIGEST = 'sha256:0b31b1c02ff458ad9b7b81cbdf8f028bd54699fa151f221d1e8de6817db93427';
const OCI = `pkg:oci/myapp@${encodeURIComponent(DIGEST)}?repository_url=registry.example.com/shop`;
const CANARY = 'canary7f3a';

interface Case {
  readonly type: string;
  readonly content?: object;
  readonly context?: object;
  readonly subject?: object;
}
const cdEvent = ({ type, content = {}, context = {}, subject = {} }: Case) => ({
  context: {
    version: '0.4.1',
    id: '271069a8-fc18-44f1-b38f-9d70a1695819',
    source: '/ci/pipeline',
    type: `dev.cdevents.${type}.0.1.1`,
    timestamp: '2026-01-02T03:04:05.123456789Z',
    ...context,
  },
  subject: { id: 'mySubject123', source: '/ci/pipeline', type: type.split('.')[0], content, ...subject },
});
const mapped = (sent: Case): RawEvent => {
  const slot = mapCdEvent(cdEvent(sent), CONTEXT);
  if ('verdict' in slot) throw new Error(`refused: ${JSON.stringify(slot)}`);
  return slot;
};
const contentOf = (sent: Case) => mapped(sent).content;

test('a service that was deployed', () => {
  const sent = cdEvent({
    type: 'service.deployed',
    content: { environment: { id: 'prod', source: '/iac' }, artifactId: OCI },
    context: { chainId: '4c8cb7dd-3448-41de-8768-eec704e2829b' },
  });
  const { context, subject } = sent;
  expect(mapCdEvent({ ...sent, customData: { a: 1 } }, { ...CONTEXT, traceparent: 'hop', contentType: 'c' })).toEqual({
    content: {
      category: 'delivery',
      action: 'deploy_completed',
      timestamp: context.timestamp,
      source: { type: context.type, version: '0.4.1' },
      object: { type: 'service', id: 'mySubject123' },
      deployment: {
        id: context.id,
        environment: 'prod',
        artifact: OCI,
        status: 'success',
        finishedAt: context.timestamp,
      },
      evidence: [{ type: 'artifact', url: 'https://registry.example.com/shop', id: OCI, digest: DIGEST }],
      correlation: { correlationId: '4c8cb7dd-3448-41de-8768-eec704e2829b', businessKeys: { artifactDigest: DIGEST } },
      data: { subject, context: { chainId: '4c8cb7dd-3448-41de-8768-eec704e2829b' }, customData: { a: 1 } },
    },
    source: { kind: 'cdevents', receiver: 'http', contentType: 'c', traceparent: 'hop' },
    identity: { name: '/ci/pipeline', id: context.id },
    receivedAt: CONTEXT.receivedAt,
    rawSize: 100,
  });
});

describe('the vocabulary', () => {
  test.each([
    ['change.merged', 'pr_merged'],
    ['change.created', 'x.pr_opened'],
    ['change.abandoned', 'x.pr_closed'],
    ['change.reviewed', 'x.change_reviewed'],
    ['service.deployed', 'deploy_completed'],
    ['service.upgraded', 'deploy_completed'],
    ['service.rolledback', 'rollback_initiated'],
    ['service.removed', 'x.service_removed'],
    ['build.finished', 'x.build_finished'],
    ['artifact.published', 'x.artifact_published'],
    ['pipelinerun.started', 'x.pipelinerun_started'],
    ['taskrun.finished', 'x.taskrun_finished'],
    ['testcaserun.skipped', 'x.testcaserun_skipped'],
    ['testsuiterun.finished', 'x.testsuiterun_finished'],
    ['environment.created', 'x.environment_created'],
    ['incident.detected', 'x.incident_detected'],
    ['ticket.closed', 'x.ticket_closed'],
    ['newthing.done', 'x.newthing_done'],
  ])('%s is %s', (type, action) =>
    expect(contentOf({ type, content: { environment: { id: 'e' } } })).toMatchObject({ category: 'delivery', action }),
  );

  test('a tool’s own events are kept too', () =>
    expect(contentOf({ type: '', context: { type: 'dev.cdeventsx.mytool-resource.created.0.1.0' } })).toMatchObject({
      action: 'x.mytool_resource_created',
    }));

  test.each(['dev.cdevents.', 'dev.cdevents.change', 'com.acme.thing', `dev.cdevents.${CANARY} x.y.0.1.0`])(
    '%s is none',
    (type) => {
      const slot = mapCdEvent(cdEvent({ type: 'x.y', context: { type } }), CONTEXT);
      expect(slot).toMatchObject({
        verdict: 'reject',
        errors: [{ code: 'EVENT_FIELD_PATTERN', path: '/context/type' }],
      });
      expect(JSON.stringify(slot)).not.toContain(CANARY);
    },
  );
});

describe('outcome', () => {
  test.each([
    ['pipelinerun.finished', { outcome: 'success' }, 'success'],
    ['pipelinerun.finished', { outcome: 'failure', errors: 'it broke' }, 'failure'],
    ['taskrun.finished', { outcome: 'error' }, 'error'],
    ['taskrun.finished', { outcome: 'cancel' }, 'cancelled'],
    ['testcaserun.finished', { outcome: 'pass' }, 'success'],
    ['testsuiterun.finished', { outcome: 'Fail' }, 'failure'],
    ['testcaserun.skipped', {}, 'skipped'],
    ['build.finished', { outcome: 'constructor' }, undefined],
  ])('%s %j: %s', (type, content, outcome) => expect(contentOf({ type, content })['outcome']).toBe(outcome));

  test('errors are what went wrong, and the state of a deployment is its outcome', () => {
    expect(contentOf({ type: 'taskrun.finished', content: { errors: 'it broke' } })['error']).toEqual({
      message: 'it broke',
    });
    const content = { environment: 'prod', outcome: 'failure', artifactId: 'pkg:npm/a@1.2.3' };
    expect(contentOf({ type: 'service.upgraded', content })['deployment']).toMatchObject({
      environment: 'prod',
      status: 'failure',
      version: '1.2.3',
    });
  });

  test('a deployment without an environment is none: `validate` asks for it', () =>
    expect(contentOf({ type: 'service.deployed' })).not.toHaveProperty('deployment'));
});

describe('evidence', () => {
  const other = (url: string) => ({ type: 'other', url });
  test.each<[string, Case, object]>([
    [
      'the page of a change',
      { type: 'change.merged', content: { uri: 'https://git/pr/7' } },
      { type: 'pull_request', url: 'https://git/pr/7', id: 'mySubject123' },
    ],
    [
      'of a run',
      { type: 'pipelinerun.finished', content: { uri: 'https://ci/1' } },
      { type: 'workflow_run', url: 'https://ci/1', id: 'mySubject123' },
    ],
    [
      'of a test',
      { type: 'testoutput.published', content: { uri: 'https://t/1' } },
      { type: 'test_report', url: 'https://t/1', id: 'mySubject123' },
    ],
    [
      'of a ticket',
      { type: 'ticket.created', content: { uri: 'https://t/1' } },
      { type: 'ticket', url: 'https://t/1', id: 'mySubject123' },
    ],
    [
      'of an artifact that is the subject',
      { type: 'artifact.published', subject: { id: 'pkg:github/a/b@v1' } },
      { type: 'artifact', url: 'https://github.com/a/b', id: 'pkg:github/a/b@v1' },
    ],
    [
      'what triggered it',
      { type: 'testcaserun.started', content: { trigger: { uri: 'https://t/2' } } },
      other('https://t/2'),
    ],
    [
      'a link',
      { type: 'build.queued', context: { links: [{ linkType: 'RELATION', url: 'https://l/1' }] } },
      other('https://l/1'),
    ],
    ['the source, if that is a page', { type: 'build.queued', context: { source: 'https://ci' } }, other('https://ci')],
    [
      'a page in the clear is none',
      { type: 'build.queued', content: { uri: 'http://ci' }, context: { source: 'https://ci' } },
      other('https://ci'),
    ],
  ])('%s', (_name, sent, evidence) => {
    expect(contentOf(sent)['evidence']).toEqual([evidence]);
    expect(mapped(sent)).not.toHaveProperty('warnings');
  });

  test('of one that links nothing: what its type means, and a warning', () => {
    const raw = mapped({ type: 'service.removed', content: { artifactId: 'pkg:oci/myapp' } });
    expect(raw.content['evidence']).toEqual([
      { type: 'other', url: 'https://cdevents.dev/0.4.1/schema/service-removed-event', title: 'schema of the CDEvent' },
    ]);
    expect(raw.warnings).toEqual([{ code: 'evidence_without_link', path: '/evidence' }]);
    const schemaUri = 'https://acme/schema';
    expect(contentOf({ type: 'service.removed', context: { schemaUri } })['evidence']).toMatchObject([
      { url: schemaUri },
    ]);
  });
});

test.each([
  ['incident.detected', {}, { incidentId: 'mySubject123' }],
  ['ticket.updated', {}, { ticketId: 'mySubject123' }],
  ['pipelinerun.queued', {}, { workflowRun: 'mySubject123' }],
  ['change.merged', { repository: { id: 'a/b' } }, { pullRequest: 'a/b#mySubject123' }],
  ['artifact.signed', { artifactId: OCI }, { artifactDigest: DIGEST }],
])('business keys of %s', (type, content, keys) =>
  expect(contentOf({ type, content })['correlation']).toEqual({ businessKeys: keys }),
);

test('the event that it follows is its cause', () => {
  const links = [{ linkType: 'START' }, { linkType: 'PATH', from: { contextId: 'before' } }];
  expect(contentOf({ type: 'build.queued', context: { links } })['correlation']).toEqual({ causationId: 'before' });
});

describe('in a CloudEvent', () => {
  const sent = cdEvent({ type: 'change.merged', content: { uri: 'https://git/pr/7' } });
  const envelope = (data: unknown, more: object = {}) => {
    const { id, source, type, timestamp } = sent.context;
    return { specversion: '1.0', id, source, type, time: timestamp, subject: 'mySubject123', data, ...more };
  };

  test('is the same event as bare, in either mapping', () => {
    const bare = mapCdEvent(sent, CONTEXT);
    expect(mapCdEvent(envelope(sent), CONTEXT)).toEqual(bare);
    expect(mapCloudEvent(envelope(sent), CONTEXT)).toEqual(bare);
  });

  test('whose data is the content alone', () =>
    expect(mapCdEvent(envelope({ uri: 'https://git/pr/7' }), CONTEXT)).toMatchObject({
      content: {
        action: 'pr_merged',
        object: { type: 'change', id: 'mySubject123', url: 'https://git/pr/7' },
        evidence: [{ type: 'pull_request' }],
        timestamp: sent.context.timestamp,
      },
    }));

  test.each<[string, unknown, string]>([
    ['a context without an id', { ...sent, context: { ...sent.context, id: '' } }, '/context/id'],
    ['no subject', { ...sent, subject: undefined }, '/subject/id'],
    ['a time that is none', { ...sent, context: { ...sent.context, timestamp: CANARY } }, '/context/timestamp'],
    [
      'in data: a source that is none',
      envelope({ ...sent, context: { ...sent.context, source: 7 } }),
      '/data/context/source',
    ],
    ['in an envelope: no subject', envelope({}, { subject: undefined }), '/subject'],
    ['in an envelope: no time', envelope({}, { time: CANARY }), '/time'],
  ])('refused: %s', (_name, value, path) => {
    const slot = mapCdEvent(value, CONTEXT);
    expect(slot).toMatchObject({ verdict: 'reject', errors: [{ path }] });
    expect(JSON.stringify(slot)).not.toContain(CANARY);
  });

  test.each([null, [], 'text', 7, {}])('refused: %j', (value) =>
    expect(mapCdEvent(value, CONTEXT)).toMatchObject({ verdict: 'reject' }),
  );
});

test('never throws', () => {
  const part = fc.dictionary(
    fc.constantFrom(
      'id',
      'type',
      'content',
      'links',
      'source',
      'environment',
      'artifactId',
      'outcome',
      'chainId',
      'repository',
      '__proto__',
    ),
    fc.oneof(fc.anything({ maxDepth: 2 }), fc.constantFrom(OCI, 'pkg:oci/%zz@%', 'https://a', { id: 'x' })),
  );
  const types = fc.constantFrom('service.deployed', 'change.merged', 'artifact.published');
  fc.assert(
    fc.property(types, part, part, part, (type, content, context, subject) => {
      const slot = mapCdEvent(cdEvent({ type, content, context, subject }), CONTEXT);
      expect('verdict' in slot ? slot.verdict : slot.content['evidence']).toBeTruthy();
    }),
    { numRuns: 2000 },
  );
});
