import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eventWith, KEYED, redactorWith, SHAPED } from './fixtures.ts';

const redact = redactorWith();
const shapes = Object.values(SHAPED).map(([text, secret = text]) => ({ text, secret }));

/** Any tree of a sender's, with secrets planted anywhere: as values, as parts of values, as keys, under denied keys. */
const tree = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string(),
    fc.constantFrom(...shapes.map(({ text }) => text)),
    fc.tuple(fc.string(), fc.constantFrom(...shapes), fc.string()).map(([a, { text }, b]) => `${a} ${text} ${b}`),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom(...KEYED)), tie('value'), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
    tie('value').map((value) => JSON.stringify(value)),
  ),
})).value;

test('redacting twice changes nothing, and records nothing more', () => {
  fc.assert(
    fc.property(tree, fc.string(), (value, text) => {
      const once = redact(eventWith({ data: { value }, description: text, attributes: { text } }));
      const twice = redact(structuredClone(once));
      expect(twice).toEqual(once);
    }),
    { numRuns: 1000 },
  );
});

test('no planted secret is readable in the result, however deep it was', () => {
  fc.assert(
    fc.property(tree, (value) => {
      const bytes = JSON.stringify(redact(eventWith({ data: { value } })));
      for (const { secret } of shapes) if (secret.length > 6) expect(bytes).not.toContain(secret);
    }),
    { numRuns: 1000 },
  );
});

test('every change is recorded: without a record the event is the same', () => {
  fc.assert(
    fc.property(fc.object({ maxDepth: 4 }), fc.string(), (data, description) => {
      const before = eventWith({ data, description });
      const after = redact(structuredClone(before));
      if (after.processing.redactions === undefined) expect(after).toEqual(before);
    }),
    { numRuns: 1000 },
  );
});
