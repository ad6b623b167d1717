import { expect, test } from 'vitest';
import { textsOf, type Text } from './read-texts.ts';

const chunked = async function* (text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
};
const read = async (text: string, size: number): Promise<readonly Text[]> => {
  const found: Text[] = [];
  for await (const one of textsOf(chunked(text, size))) found.push(one);
  return found;
};

const whole = (text: string, line = 1): Text => ({ text, line, isWhole: true });
const part = (text: string, line: number): Text => ({ text, line, isWhole: false });

test.each<[string, string, readonly Text[]]>([
  ['nothing', '', []],
  ['blank lines', '\n  \n', []],
  ['one line', '\n{"a":1}\n', [whole('{"a":1}', 2)]],
  ['a byte order mark', '\uFEFF{"a":1}', [whole('{"a":1}')]],
  ['lines', '{"a":1}\r\n\n{"ü":"🙂"}\n{"c":3}', [part('{"a":1}\r', 1), part('{"ü":"🙂"}', 3), part('{"c":3}', 4)]],
  ['a document over lines', '[\n {"a":"}\\"]"},\n {"b":2}\n]\n', [whole('[\n {"a":"}\\"]"},\n {"b":2}\n]')]],
  ['one whose elements stand on lines', '{"Records": [\n{"a":1}\n]}', [whole('{"Records": [\n{"a":1}\n]}')]],
  ['a document that is cut', '{\n "a": 1,\n', [whole('{\n "a": 1,')]],
  [
    'a first line that is broken',
    '{"a":\n{"b":2}\n{"c":3}\n',
    [part('{"a":', 1), part('{"b":2}', 2), part('{"c":3}', 3)],
  ],
  ['a first line that ends in a text', '{"a":"b\n{"b":2}\n', [part('{"a":"b', 1), part('{"b":2}', 2)]],
])('%s', async (_name, text, expected) => {
  for (const size of [1, 3, 1000]) expect(await read(text, size)).toEqual(expected);
});

test('lines are handed on as they come: no more than two are held', async () => {
  let given = 0;
  const endless = async function* (): AsyncGenerator<Uint8Array> {
    for (;;) {
      given++;
      yield Buffer.from(`{"n":${given}}\n`);
    }
  };
  let taken = 0;
  for await (const text of textsOf(endless())) {
    taken++;
    expect(text).toEqual(part(`{"n":${taken}}`, taken));
    expect(given - taken).toBeLessThanOrEqual(1);
    if (taken === 500) break;
  }
  expect(taken).toBe(500);
});
