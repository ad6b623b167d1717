// GitHub's own example payloads, all of them, through the mapping and every processor: valid events, or dropped by the table.
import { describe, expect, test } from 'vitest';
import { plugins } from '../../plugins/index.ts';
import { compileCheck } from '../../src/event/check.ts';
import { ciTraceOf } from '../../src/event/ci-trace.ts';
import { nameBasedId } from '../../src/event/ids.ts';
import { canonicalEvent, type CanonicalEvent } from '../../src/event/schema.ts';
import { exampleSets, GUID, RECEIVED_AT } from '../../src/mapping/github/fixtures.ts';
import { mapGithub } from '../../src/mapping/github/map-github.ts';
import { EventBatch, type ProcessorPlugin } from '../../src/sdk/index.ts';
import { of } from '../../src/sdk/rx.ts';
import { componentContext } from '../../src/testkit/index.ts';

const NAMES = ['validate', 'normalize', 'correlate', 'redact', 'tenant_filter'];
const STRICT: Readonly<Record<string, unknown>> = { validate: { unknown_fields: 'strict' } };
const processors = NAMES.map((name) => {
  const found = plugins.find(
    (plugin): plugin is ProcessorPlugin => plugin.kind === 'processor' && plugin.type === name,
  )!;
  return found.create(found.config.parse(STRICT[name] ?? {}), componentContext({ id: name }));
});
const ORIGIN = { tenant: 'acme', receiver: 'github', pipeline: 'events', receivedAt: RECEIVED_AT };

/** The event, or why there is none. */
const processed = (event: string, payload: unknown): CanonicalEvent | string => {
  const rawSize = JSON.stringify(payload).length;
  const raw = mapGithub({ event, deliveryId: GUID, payload }, { receiver: 'github', receivedAt: RECEIVED_AT, rawSize });
  if ('verdict' in raw) return raw.verdict === 'drop' ? raw.reason : JSON.stringify(raw.errors);
  const batch = new EventBatch(ORIGIN, [{ slot: 0, raw, event: undefined }]);
  processors.reduce((batches, processor) => batches.pipe(processor), of(batch)).subscribe();
  const settled = batch.settled.get(0);
  if (settled !== undefined) return JSON.stringify(settled);
  const made = JSON.parse(JSON.stringify(batch.items[0]!.event)) as CanonicalEvent;
  made.integrity.contentHash = `sha256:${'0'.repeat(64)}`;
  return made;
};

const cases = exampleSets.flatMap(({ name, examples }) =>
  examples.map((payload, i) => ({ name, hookAction: String(payload['action'] ?? ''), i, payload })),
);
const check = compileCheck(canonicalEvent);
const isEvent = (result: CanonicalEvent | string): result is CanonicalEvent => typeof result !== 'string';
const results = cases.map((one) => ({ ...one, result: processed(one.name, one.payload) }));
const events = results.flatMap(({ name, payload, result }) =>
  isEvent(result) ? [{ name, payload, event: result }] : [],
);

test('most are events, and none is refused', () => {
  expect(results.filter(({ result }) => !isEvent(result) && result !== 'not_mapped')).toEqual([]);
  expect(events.length).toBeGreaterThan(180);
});

describe('each example', () => {
  test.each(results)('$name $hookAction $i', ({ name, result }) => {
    if (!isEvent(result)) return expect(result).toBe('not_mapped');
    expect(check(result)).toEqual([]);
    expect(result.eventId).toBe(nameBasedId('acme', 'github', GUID, ''));
    expect(result.github).toMatchObject({ deliveryId: GUID, event: name });
    expect(result.processing.truncated).toBe(false);
    if (result.category === 'delivery') return expectEvidence(result);
    expect(result.category).toBe('security');
    expect(result.actor?.id).toBeTruthy();
    expect(result.security).toMatchObject({
      decision: expect.stringMatching(/^(allow|deny|challenge)$/),
      violation: { type: expect.any(String), severity: expect.any(String), blocked: expect.any(Boolean) },
    });
  });
});

const expectEvidence = ({ evidence = [] }: CanonicalEvent): void => {
  const keys = evidence.map(({ type, url }) => `${type} ${url}`);
  expect(keys.length).toBeGreaterThan(0);
  expect(keys).toEqual([...new Set(keys)].toSorted());
  expect(evidence.every(({ url, verified }) => url.startsWith('https://') && verified)).toBe(true);
};

test('runs and jobs are one trace, linked to their run and pull request', () => {
  const ofRuns = events.filter(({ name }) => name === 'workflow_run' || name === 'workflow_job');
  expect(ofRuns.length).toBeGreaterThan(5);
  for (const { event } of ofRuns) {
    const { runId, runAttempt } = event.github!.workflow!;
    const { traceId, spanId } = ciTraceOf(runId, runAttempt);
    expect(event.correlation).toMatchObject({
      correlationId: `trace:${traceId}`,
      method: 'derived_trace',
      confidence: 1,
      traceId,
      spanId,
      businessKeys: { workflowRun: `${runId}#${runAttempt ?? 1}` },
    });
    expect(event.correlation.links).toContainEqual(expect.objectContaining({ role: 'workflowRun' }));
  }
});

test('everything about one pull request is one group', () => {
  const groups = events
    .filter(
      ({ name, event }) =>
        name.startsWith('pull_request') && event.github?.repository?.fullName === 'Codertocat/Hello-World',
    )
    .map(({ event }) => [event.github!.pullRequest!.number, event.correlation.correlationId].join(' '));
  const id = nameBasedId('acme', 'pullRequest', 'codertocat/hello-world#2');
  expect(new Set(groups)).toContain(`2 ${id}`);
  expect(new Set(groups.filter((group) => group.startsWith('2 '))).size).toBe(1);
});
