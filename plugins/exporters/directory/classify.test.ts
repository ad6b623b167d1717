import { expect, test } from 'vitest';
import { classify } from './classify.ts';

const fault = (code: string): Error => Object.assign(new Error('a path of a tenant'), { code });

test.each([
  ['ENOSPC', 'retry'],
  ['EIO', 'retry'],
  ['EMFILE', 'retry'],
  ['ENEWONE', 'retry'],
  ['EACCES', 'stop'],
  ['EROFS', 'stop'],
  ['ENOTDIR', 'stop'],
])('%s is %s, by its code alone', (code, status) => {
  expect(classify(fault(code))).toEqual({ status, reason: code });
});

test.each([new TypeError('bug'), fault('Z_BUF_ERROR'), 'text', undefined])(
  '%s is no answer of the file system',
  (error) => {
    expect(classify(error)).toBeUndefined();
  },
);
