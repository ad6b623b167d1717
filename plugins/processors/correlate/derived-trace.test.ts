import { expect, test } from 'vitest';
import { ciTraceOf } from '../../../src/event/ci-trace.ts';
import type { CanonicalEvent } from '../../../src/event/schema.ts';
import { CorrelationEngine } from './correlate.ts';
import { PRIMARY_KEYS, SECONDARY_KEYS } from './keys.ts';

const RUN = { runId: 99, runAttempt: 2 };
const CI = ciTraceOf(99, 2);
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const EVENT_ID = '019ab512-3456-7abc-8def-0123456789ab';

type Github = Partial<NonNullable<CanonicalEvent['github']>>;
const correlated = (github: Github, correlation: Partial<CanonicalEvent['correlation']> = {}) => {
  const event = {
    eventId: EVENT_ID,
    tenantId: 'acme',
    github: { deliveryId: 'd', event: 'workflow_run', ...github },
    correlation: { correlationId: EVENT_ID, method: 'singleton', confidence: 0, ...correlation },
  } as CanonicalEvent;
  new CorrelationEngine({ primary: PRIMARY_KEYS, secondary: SECONDARY_KEYS, paths: {} }).correlate(event);
  return event.correlation;
};

test.each(['workflow_run', 'workflow_job'])('%s belongs to the trace of its run', (event) => {
  const expected = { correlationId: `trace:${CI.traceId}`, method: 'derived_trace', confidence: 1, ...CI };
  expect(correlated({ event, workflow: RUN })).toMatchObject(expected);
  // As the mapping of webhooks has set it.
  expect(correlated({ event, workflow: RUN }, CI)).toMatchObject(expected);
});

test('the attempt is the first where none is named', () => {
  expect(correlated({ workflow: { runId: 99 } }).traceId).toBe(ciTraceOf(99, 1).traceId);
});

test('the keys link it to the run, the pull request and so to all that they group', () => {
  const { links, businessKeys } = correlated({
    workflow: RUN,
    repository: { id: 1, fullName: 'o/r' },
    pullRequest: { number: 7 },
    commitSha: 'a'.repeat(40),
  });
  expect(businessKeys).toEqual({ workflowRun: '99#2', pullRequest: 'o/r#7', commitSha: 'a'.repeat(40) });
  expect(links?.map(({ role }) => role)).toEqual(['workflowRun', 'pullRequest']);
});

test.each<[string, Github, Partial<CanonicalEvent['correlation']>, string]>([
  ["a sender's own trace goes before it", { workflow: RUN }, { traceId: TRACE }, 'trace'],
  ['and a group that the sender named', { workflow: RUN }, { method: 'explicit', correlationId: 'mine' }, 'explicit'],
  ['a deployment is no part of the run', { event: 'deployment_status', workflow: RUN }, {}, 'business_key'],
  ['nor is a run without its number', {}, {}, 'singleton'],
])('%s', (_, github, correlation, method) => {
  expect(correlated(github, correlation).method).toBe(method);
});
