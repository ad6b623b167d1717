import { expect, test } from 'vitest';
import { issueLines } from './load.ts';

test.each([
  [
    'a schema that is none',
    'processors:\n  validate:\n    schemas:\n      x.a: { type: object }\n      x.b: { propertys: {} }',
    'app.yaml:5:7: processors.validate.schemas.x.b: expected a JSON Schema (draft 2020-12) of at most 64 KiB; strict mode: unknown keyword: "propertys" [CONFIG_VALUE]',
  ],
  [
    'a schema that is nowhere',
    'processors: { validate: { schemas: { x.a: ./none.json } } }',
    'app.yaml:1:43: processors.validate.schemas.x.a: expected a JSON Schema (draft 2020-12) of at most 64 KiB; there is no such file [CONFIG_VALUE]',
  ],
  [
    'a limit that is none',
    'processors: { validate: { limits: { actor.ident: 5 } } }',
    'app.yaml:1:50: processors.validate.limits.actor.ident: expected a field that has a limit; did you mean "actor.id"? [CONFIG_VALUE]',
  ],
])('%s has its line', async (_, over, line) => {
  expect(await issueLines({ over })).toEqual([line]);
});

test('what is sound is no issue', async () => {
  const over = 'processors: { validate: { schemas: { x.a: { type: object } }, limits: { actor.id: 64 } } }';
  expect(await issueLines({ over })).toEqual([]);
});
