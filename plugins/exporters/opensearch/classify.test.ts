import { expect, test } from 'vitest';
import { describe, errorTypeOf, refusalOf } from './answer.ts';
import { classifyAnswer, classifyItem } from './classify.ts';

test.each([
  [201, undefined, 'stored'],
  [200, undefined, 'stored'],
  [409, 'version_conflict_engine_exception', 'present'],
  [400, 'mapper_parsing_exception', 'dead'],
  [400, 'illegal_argument_exception', 'dead'],
  [400, undefined, 'dead'],
  [400, 'validation_exception', 'retry'],
  [400, 'index_closed_exception', 'retry'],
  [401, undefined, 'stop'],
  [403, 'security_exception', 'stop'],
  [403, 'cluster_block_exception', 'retry'],
  [404, 'index_not_found_exception', 'gone'],
  [404, undefined, 'retry'],
  [413, undefined, 'large'],
  [429, 'cluster_block_exception', 'retry'],
  [429, 'rejected_execution_exception', 'retry'],
  [500, 'anything', 'retry'],
  [503, 'unavailable_shards_exception', 'retry'],
  [503, undefined, 'retry'],
  [299, undefined, 'retry'],
])('an item of %i %s is %s', (status, type, verdict) => {
  expect(classifyItem(status, type)).toBe(verdict);
});

test.each([
  [400, 'illegal_argument_exception', 'suspect'],
  [401, undefined, 'stop'],
  [403, 'security_exception', 'stop'],
  [403, 'cluster_block_exception', 'retry'],
  [404, undefined, 'stop'],
  [405, undefined, 'stop'],
  [302, undefined, 'stop'],
  [408, undefined, 'retry'],
  [413, undefined, 'large'],
  [429, 'circuit_breaking_exception', 'retry'],
  [500, undefined, 'retry'],
  [502, undefined, 'retry'],
  [503, 'cluster_manager_not_discovered_exception', 'retry'],
])('a request of %i %s is %s', (status, type, verdict) => {
  expect(classifyAnswer(status, type)).toBe(verdict);
});

test('no part of an answer but its type is passed on', () => {
  const canary = 'canary of an event';
  const texts = [
    JSON.stringify({ error: { type: 'mapper_parsing_exception', reason: canary } }),
    JSON.stringify({ error: { type: canary } }),
    JSON.stringify({ error: canary }),
    canary,
  ];
  for (const text of texts) {
    const answer = { status: 400, text };
    expect(JSON.stringify([errorTypeOf(answer), describe(answer), refusalOf(answer)])).not.toContain('canary');
  }
});
