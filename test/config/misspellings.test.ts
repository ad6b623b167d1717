// Every key that a configuration may have, misspelled by one letter: the message tells the word that was meant.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { plugins } from '../../plugins/index.ts';
import { componentSchema, frameSchema, SECTION_NAMES, SECTIONS } from '../../src/config/config-schema.ts';
import { formsOf, type JsonSchema } from '../../src/registry/option-schema.ts';
import { load } from './load.ts';

interface Key {
  /** What leads to the map that it is in; 0 stands for a list's item. */
  readonly path: readonly (string | 0)[];
  readonly key: string;
  readonly siblings: readonly string[];
}

const keysOf = (schema: JsonSchema, path: Key['path']): Key[] => {
  const forms = formsOf(schema);
  const siblings = forms.flatMap(({ properties }) => Object.keys(properties ?? {}));
  return forms.flatMap(({ properties, items, additionalProperties }) => [
    ...Object.entries(properties ?? {}).flatMap(([key, inner]) => [
      { path, key, siblings },
      ...keysOf(inner, [...path, key]),
    ]),
    ...(items === undefined ? [] : keysOf(items, [...path, 0])),
    ...(typeof additionalProperties === 'object' ? keysOf(additionalProperties, [...path, 'any']) : []),
  ]);
};

const sectionOf = (kind: string): string => SECTION_NAMES.find((name) => SECTIONS[name] === kind)!;
const keys = [
  ...keysOf(frameSchema(), []),
  ...plugins.flatMap((plugin) => keysOf(componentSchema(plugin), [sectionOf(plugin.kind), plugin.type])),
].map((found) => ({ ...found, name: [...found.path, found.key].join('.') }));

/** Edits of one letter, swapped neighbours among them. */
const edits = (word: string): fc.Arbitrary<string> => {
  const letter = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz_0'.split(''));
  const at = fc.nat(word.length - 1);
  return fc.oneof(
    at.map((i) => word.slice(0, i) + word.slice(i + 1)),
    fc.tuple(at, letter).map(([i, extra]) => word.slice(0, i) + extra + word.slice(i)),
    fc.tuple(at, letter).map(([i, other]) => word.slice(0, i) + other + word.slice(i + 1)),
    at.map((i) => word.slice(0, i) + (word[i + 1] ?? '') + word[i] + word.slice(i + 2)),
  );
};

/** Optimal string alignment, written out here so as not to ask the code under test. */
const edited = (a: string, b: string): number => {
  const rows = Array.from({ length: a.length + 1 }, (_, i) =>
    Array.from({ length: b.length + 1 }, (__, j) => (i === 0 ? j : j === 0 ? i : 0)),
  );
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const ways = [rows[i - 1]![j]! + 1, rows[i]![j - 1]! + 1, rows[i - 1]![j - 1]! + same];
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) ways.push(rows[i - 2]![j - 2]! + 1);
      rows[i]![j] = Math.min(...ways);
    }
  }
  return rows[a.length]![b.length]!;
};

const yamlOf = (path: Key['path'], value: unknown): unknown =>
  path.reduceRight<unknown>((inner, part) => (part === 0 ? [inner] : { [part]: inner }), value);

test('there are keys to misspell, of every plugin with options and of the engine', () => {
  expect(keys.length).toBeGreaterThan(100);
  expect(keys.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      'service.journal.max_bytes',
      'exporters.sqlite.retry.max_interval',
      'tenants.0.api_keys.0.sha256',
    ]),
  );
});

test.each(keys)('$name', async ({ path, key, siblings }) => {
  await fc.assert(
    fc.asyncProperty(edits(key), async (wrong) => {
      // What is as near to another key may be that.
      fc.pre(wrong !== '' && siblings.every((sibling) => edited(wrong, sibling) > (sibling === key ? 0 : 1)));
      const loaded = await load({ files: { 'app.yaml': JSON.stringify(yamlOf([...path, wrong], null)) } });
      const issues = loaded.ok ? [] : loaded.issues;
      expect(issues.filter(({ code }) => code === 'CONFIG_UNKNOWN_KEY')).toMatchObject([
        {
          path: [...path, wrong].join('.'),
          message: `unknown key "${wrong}"; did you mean "${key}"?`,
          suggestion: key,
        },
      ]);
      const missing = issues.filter(({ code }) => code === 'CONFIG_REQUIRED').map((issue) => issue.path);
      expect(missing).not.toContain([...path, key].join('.'));
    }),
    { numRuns: 25 },
  );
});
