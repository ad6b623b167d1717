import fc from 'fast-check';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { indexText, matchText, MAX_TEXT_CHARS, MAX_WORD_CHARS, MAX_WORDS, wordsOf } from './words.ts';

test.each<[string, string[]]>([
  ['Card was DECLINED', ['card', 'was', 'declined']],
  ['order_failed, order-failed', ['order', 'failed']],
  ['Café ZÜRICH e\u0301', ['cafe', 'zurich', 'e']],
  ['İstanbul ﬁn Ⅷ', ['istanbul', 'fin', 'viii']],
  ['注文 失敗', ['注文', '失敗']],
  ['a\0b\u200Dc', ['a', 'b', 'c']],
  ['!!! -- ""', []],
  ['', []],
])('%j is %j', (text, words) => {
  expect([...wordsOf([text])]).toEqual(words);
});

describe('bounds', () => {
  test('a long word is found by what it begins with, and by itself', () => {
    const long = 'x'.repeat(MAX_WORD_CHARS + 50);
    expect(matchText('t', long)).toBe(matchText('t', long.slice(0, MAX_WORD_CHARS)));
  });
  test('text and words end where they must', () => {
    const distinct = Array.from({ length: MAX_WORDS * 3 }, (_, i) => `w${i}`);
    expect(wordsOf(distinct).size).toBe(MAX_WORDS);
    expect(wordsOf(['a '.repeat(MAX_TEXT_CHARS), 'unread']).has('unread')).toBe(false);
  });
});

test('tenants share no word, whatever their text says', () => {
  const [mine, other] = [indexText('acme', ['refund']), indexText('globex', ['refund'])];
  expect(mine).not.toBe(other);
  expect(indexText('acme', [other])).not.toContain(` ${other.trim()} `);
});

test('FTS5 takes every text as words: what is stored is found by itself, and nothing is syntax', () => {
  const db = new DatabaseSync(':memory:');
  db.exec("CREATE VIRTUAL TABLE t USING fts5 (words, content = '', contentless_delete = 1, detail = none, tokenize = ascii)"); // prettier-ignore
  const insert = db.prepare('INSERT INTO t (words) VALUES (?)');
  const search = db.prepare('SELECT count(*) AS n FROM t WHERE t MATCH ?');
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.string({ unit: fc.constantFrom(...'"*^:()-+ aNOTRD{}', '\0', 'é', '́', '漢'), maxLength: 20 }),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const match = matchText('acme', text);
      if (match === undefined) return;
      const before = Number(search.get(match)?.['n']);
      insert.run(indexText('acme', [text]));
      expect(search.get(match)).toEqual({ n: before + 1 });
      expect(search.get(matchText('globex', text)!)).toEqual({ n: 0 });
    }),
    { numRuns: 2000 },
  );
  db.close();
});
