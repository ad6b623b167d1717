import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CanonicalEvent } from '../../../src/event/schema.ts';
import { exampleEvent } from '../../../src/testkit/index.ts';
import { MAX_WORDS_BYTES, scanWords } from './scan-words.ts';
import { MAX_WORD_CHARS, wordsOf } from './words.ts';

const scan = (event: unknown): string[] => {
  const line = Buffer.from(`before${JSON.stringify(event)}behind`);
  const target = Buffer.alloc(MAX_WORDS_BYTES + 10, '!');
  const end = scanWords(line, 6, line.length - 6, target, 4);
  expect(end).toBeLessThanOrEqual(4 + MAX_WORDS_BYTES);
  expect(target.toString('utf8', 0, 4)).toBe('!!!!');
  return target
    .toString('utf8', 4, end)
    .split(' ')
    .filter((word) => word !== '');
};

/** The same by way of a parsed event. */
const expected = ({ action, description, error, actor, object, service, data, attributes }: CanonicalEvent): string[] =>
  [
    ...[action, description, error?.message, actor?.id, actor?.name, object?.id, object?.name, service?.name],
    ...leavesOf(data),
    ...leavesOf(attributes),
  ].flatMap((text) => wordsOf(text ?? ''));

const leavesOf = (value: unknown): string[] => {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leavesOf) : [];
};

const texts = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.constantFrom('Zürich', 'a"b\\c', '{"data":"x"}', 'ends with \\', '\0', 'ﬁne ①', 'İstanbul', 'x'.repeat(200)),
);
const keys = fc.oneof(texts, fc.constantFrom('data', 'action', 'id', 'name', 'message'));
const json = fc.jsonValue({ stringUnit: 'grapheme', maxDepth: 4 });
const trees = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3 },
    texts,
    json,
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(keys, tie('tree'), { maxKeys: 4 }),
  ),
})).tree;
const events = fc
  .record({
    description: texts,
    actor: fc.record({ id: texts, type: fc.constant('user' as const), name: texts, email: texts }),
    object: fc.record({ type: texts, id: texts, name: texts }),
    changes: fc.array(fc.record({ path: texts, before: trees, after: trees }), { maxLength: 2 }),
    service: fc.record({ name: texts, version: texts }),
    error: fc.record({ class: fc.constant('database' as const), message: texts, retriable: fc.boolean() }),
    outcomeReason: texts,
    data: fc.dictionary(keys, trees, { maxKeys: 4 }),
    attributes: fc.dictionary(keys, texts, { maxKeys: 3 }),
    future: trees,
  })
  .map((own) => exampleEvent(own));

describe('scanWords', () => {
  test('finds what parsing finds, in order, whatever the event', () => {
    fc.assert(
      fc.property(events, (event) => {
        const all = expected(event);
        fc.pre(Buffer.byteLength(all.join(' ')) < MAX_WORDS_BYTES - MAX_WORD_CHARS);
        // The order of the members is the event's own.
        expect(scan(event).toSorted()).toEqual(all.toSorted());
      }),
      { numRuns: 2000 },
    );
  });

  test('members of the same names elsewhere are not searched', () => {
    const event = exampleEvent({
      action: 'paid',
      actor: { id: 'u', type: 'user', email: 'hidden@a.example' },
      changes: [{ path: 'hidden', before: { data: { x: 'hidden' } }, after: 'hidden' }],
      correlation: { correlationId: 'hidden', method: 'explicit', confidence: 1, businessKeys: { data: 'hidden' } },
      object: { type: 'hidden', id: 'o' },
      data: { hidden: 'shown', n: 77 },
    });
    expect(scan(event)).toEqual(['paid', 'u', 'o', 'shown']);
  });

  test.each([
    ['ASCII', 'word '.repeat(10_000)],
    ['one long word', 'w'.repeat(100_000)],
    ['words without ASCII', 'zürich '.repeat(10_000)],
    ['letters that fold to many', '\uFDFA'.repeat(10_000)],
  ])('stops at its limit, between words: %s', (_, text) => {
    const event = exampleEvent({ action: 'a', data: { text, more: text } });
    const known = new Set(['a', 'u', '42', 'o', '1001', ...wordsOf(text)]);
    const found = new Set(scan(event));
    expect([...found].filter((word) => !known.has(word))).toEqual([]);
    expect(found.size).toBeGreaterThan(5);
  });
});

test.each([
  ['Card was DECLINED', ['card', 'was', 'declined']],
  ['o-1001_x', ['o', '1001', 'x']],
  ['Café “Zürich”', ['cafe', 'zurich']],
  ['e\u0301te\u0301', ['ete']],
  ['!!! "*', []],
  ['\0', []],
  ['x'.repeat(100), ['x'.repeat(64)]],
])('wordsOf %j', (text, words) => {
  expect(wordsOf(text)).toEqual(words);
});
