import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { ciTraceOf, isRunEvent } from './ci-trace.ts';

const sha = (text: string): string => createHash('sha256').update(text).digest('hex');

test('the bytes are decimal run id, decimal attempt and a letter', () => {
  expect(ciTraceOf(30_433_642)).toEqual({
    traceId: sha('304336421t').slice(0, 32),
    spanId: sha('304336421s').slice(16, 32),
  });
  // Fixed, so that the derivation cannot drift together with the test.
  expect(ciTraceOf('30433642', 1)).toEqual({ traceId: '33e6ff79db4104e978934caaa71135dc', spanId: 'f7655fef868705ee' });
});

test('an attempt is a trace of its own', () => {
  expect(ciTraceOf(30_433_642, 2).traceId).not.toBe(ciTraceOf(30_433_642, 1).traceId);
});

test.each([
  ['workflow_run', true],
  ['workflow_job', true],
  ['deployment_status', false],
])('%s belongs to the trace of its run: %s', (event, belongs) => {
  expect(isRunEvent(event)).toBe(belongs);
});
