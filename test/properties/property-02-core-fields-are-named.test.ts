import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nativeEventArbitrary, rawEventOf } from '../../src/testkit/arbitraries.ts';
import { errorsOf, newValidator } from './support.ts';

const validator = newValidator();

test.each(['category', 'action'])('property 2: a missing %s is named', (field) => {
  fc.assert(
    fc.property(nativeEventArbitrary(), (content) => {
      const { [field]: _, ...rest } = content;
      expect(errorsOf(validator, rawEventOf(rest))).toContainEqual({
        code: 'EVENT_FIELD_REQUIRED',
        path: `/${field}`,
        message: 'is required',
      });
    }),
  );
});

const MISTYPED = fc.oneof(fc.constant(null), fc.constant([]), fc.boolean());

test.each([
  'category',
  'action',
  'timestamp',
  'actor',
  'object',
  'service',
  'outcome',
  'severity',
  'data',
  'attributes',
])('property 2: a mistyped %s is named', (field) => {
  fc.assert(
    fc.property(nativeEventArbitrary(), MISTYPED, (content, value) => {
      const errors = errorsOf(validator, rawEventOf({ ...content, [field]: value }));
      expect(errors).toContainEqual(expect.objectContaining({ code: 'EVENT_FIELD_TYPE', path: `/${field}` }));
    }),
  );
});

test('property 2: all missing and mistyped fields are named at once', () => {
  const errors = errorsOf(validator, rawEventOf({ action: 7, actor: {}, request: { statusCode: 'x' } }));
  expect(errors.map(({ code, path }) => `${code} ${path}`).toSorted()).toEqual([
    'EVENT_FIELD_REQUIRED /actor/id',
    'EVENT_FIELD_REQUIRED /category',
    'EVENT_FIELD_TYPE /action',
    'EVENT_FIELD_TYPE /request/statusCode',
  ]);
});

test.each([
  ['business', 'checkout_started', ['/actor', '/object']],
  ['system', 'db_error', ['/service']],
  ['delivery', 'deploy_completed', ['/deployment', '/evidence']],
  ['security', 'permission_denied', ['/actor', '/security']],
] as const)('property 2: what category %s needs is named', (category, action, paths) => {
  const errors = errorsOf(validator, rawEventOf({ category, action }));
  expect(errors.map(({ path }) => path)).toEqual(paths);
  expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(['EVENT_FIELD_REQUIRED']));
});
