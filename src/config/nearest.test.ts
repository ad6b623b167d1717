import { expect, test } from 'vitest';
import { nearest } from './nearest.ts';

test.each([
  ['endpont', ['endpoint', 'insecure'], 'endpoint'],
  ['maxBytes', ['max_byte', 'max_bytes'], 'max_bytes'],
  ['MAX-BYTES', ['max_bytes'], 'max_bytes'],
  ['pi', ['ip', 'jwt'], 'ip'],
  ['i', ['ip', 'jwt'], 'ip'],
  ['form', ['format', 'from'], 'from'],
  ['max_batch_size', ['max_batch_bytes', 'max_event_bytes'], 'max_batch_bytes'],
  ['url', ['tls', 'path'], undefined],
  ['colour', ['endpoint', 'insecure'], undefined],
  ['x', [], undefined],
])('%s among %j: %s', (given, words, expected) => {
  expect(nearest(given, words)).toBe(expected);
});
