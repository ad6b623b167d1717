import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkTree, isJsonProblem, parseJson, parseJsonItems } from './json.ts';

const valueOf = (text: string): unknown => {
  const result = parseJson(text);
  if (isJsonProblem(result)) throw new Error(`${result.code} ${result.path}`);
  return result.value;
};
const nested = (depth: number, inner = '0'): string => '['.repeat(depth) + inner + ']'.repeat(depth);

describe('refusals', () => {
  test.each([
    ['nothing', '', 'JSON_SYNTAX', ''],
    ['words', 'canary', 'JSON_SYNTAX', ''],
    ['two values', '1 "canary"', 'JSON_SYNTAX', ''],
    ['a cut text', '{"canary":"can', 'JSON_SYNTAX', ''],
    ['depth 33', nested(33), 'JSON_DEPTH', '/0'.repeat(32)],
    ['depth 1,000', nested(1000), 'JSON_DEPTH', '/0'.repeat(32)],
    ['depth 100,000', nested(100_000), 'JSON_DEPTH', ''],
    ['depth 100,000, never closed', '{"a":'.repeat(100_000), 'JSON_DEPTH', ''],
    ['depth behind a string of brackets', `["${'\\"]'.repeat(2000)}",${nested(2000)}]`, 'JSON_DEPTH', ''],
    ['2,001 keys', `{"k":[${Array.from({ length: 2000 }, () => '{"a":1}').join()}]}`, 'JSON_KEYS', '/k/1999'],
    ['__proto__', '{"a":[{"__proto__":{"canary":1}}]}', 'JSON_KEY_FORBIDDEN', '/a/0/__proto__'],
    ['__proto__ in escapes', '{"\\u005f_proto__":1}', 'JSON_KEY_FORBIDDEN', '/__proto__'],
    ['constructor.prototype', '{"constructor":{"prototype":{}}}', 'JSON_KEY_FORBIDDEN', '/constructor'],
    ['a lone surrogate', '{"a/b":{"~":"canary \\ud800"}}', 'JSON_SURROGATE', '/a~1b/~0'],
    ['a lone surrogate as a key', '{"\\udc00":1}', 'JSON_SURROGATE', '/\ufffd'],
    ['a number beyond a double', '{"n":[1,1e400]}', 'JSON_NUMBER', '/n/1'],
    ['a long key', `{"${'k'.repeat(5000)}":"\\ud800"}`, 'JSON_SURROGATE', `/${'k'.repeat(64)}…`],
  ])('%s', (_name, text, code, path) => {
    const result = parseJson(text);
    expect(result).toMatchObject({ code, path });
    expect((result as { message: string }).message).not.toContain('canary');
  });

  test('the limits are the caller’s', () => {
    expect(parseJson(nested(3), { maxDepth: 3 })).toEqual({ value: [[[0]]] });
    expect(parseJson(nested(4), { maxDepth: 3 })).toMatchObject({ code: 'JSON_DEPTH', path: '/0/0/0' });
    expect(parseJson('{"a":1,"b":2}', { maxKeys: 1 })).toMatchObject({ code: 'JSON_KEYS', path: '' });
  });
});

describe('what is taken', () => {
  test.each([
    ['a key given twice: the last', '{"a":1,"a":2}', { a: 2 }],
    ['a key given twice, with a big integer', '{"a":12345678901234567890,"a":2}', { a: 2 }],
    ['NUL', '"\\u0000"', '\0'],
    ['a pair of surrogates', '"\\ud83d\\ude00"', '😀'],
    ['a constructor that is none', '{"constructor":"acme"}', { constructor: 'acme' }],
    ['depth 32', nested(32, '"x"'), JSON.parse(nested(32, '"x"'))],
    ['17 digits behind the point', '[0.30000000000000004]', [0.1 + 0.2]],
    [
      'digits in strings',
      '{"a":"12345678901234567890","b":": 12345678901234567890"}',
      {
        a: '12345678901234567890',
        b: ': 12345678901234567890',
      },
    ],
    ['the largest safe integer', '[9007199254740991]', [9007199254740991]],
  ])('%s', (_name, text, value) => expect(valueOf(text)).toStrictEqual(value));

  test('a big integer is written back exactly, wherever it stands', () =>
    fc.assert(
      fc.property(fc.bigInt(), fc.string(), fc.array(fc.nat(), { maxLength: 12 }), (big, text, numbers) => {
        const json = `{"t":${JSON.stringify(text)},"n":${JSON.stringify(numbers)},"big":[${big}]}`;
        expect(JSON.stringify(valueOf(json))).toBe(json);
      }),
      { numRuns: 2000 },
    ));

  test('every JSON value that breaks no limit comes back as it was', () =>
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false, maxDepth: 8 }), (value) => {
        const json = JSON.stringify(value);
        const result = parseJson(json);
        if (isJsonProblem(result)) expect(checkTree(JSON.parse(json))).toEqual(result);
        else expect(JSON.stringify(result.value)).toBe(json);
      }),
    ));

  test('never throws and never quotes, whatever the text', () =>
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'[]{}:,"\\ue1-.0canary ') }), (text) => {
        const result = parseJson(`canary${text}`);
        expect(result).toMatchObject({ code: 'JSON_SYNTAX' });
        expect(JSON.stringify(result)).not.toContain('canary');
        parseJson(text);
      }),
      { numRuns: 5000 },
    ));
});

describe('several in one text', () => {
  const elements = (value: unknown) => (Array.isArray(value) ? (value as unknown[]) : undefined);

  test('one that breaks a limit leaves its neighbours alone', () => {
    const results = parseJsonItems(
      `[{"a":1},{"__proto__":1},${nested(40)},"\\ud800",{"b":98765432109876543210}]`,
      elements,
    );
    expect(results).toMatchObject([
      { value: { a: 1 } },
      { code: 'JSON_KEY_FORBIDDEN', path: '/__proto__' },
      { code: 'JSON_DEPTH' },
      { code: 'JSON_SURROGATE', path: '' },
      { value: {} },
    ]);
    expect(JSON.stringify((results as { value: unknown }[])[4]?.value)).toBe('{"b":98765432109876543210}');
  });

  test('the keys are counted for each', () => {
    const many = JSON.stringify(Array.from({ length: 3 }, () => Object.fromEntries(Array(1500).entries())));
    expect(parseJsonItems(many, elements)).toMatchObject([{ value: {} }, { value: {} }, { value: {} }]);
  });

  test('another form is undefined, a text that is not JSON a problem', () => {
    expect(parseJsonItems('{}', elements)).toBeUndefined();
    expect(parseJsonItems('[', elements)).toMatchObject({ code: 'JSON_SYNTAX' });
  });
});
