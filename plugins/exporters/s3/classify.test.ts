import { expect, test } from 'vitest';
import { classify } from './classify.ts';

const answer = (name: string, httpStatusCode: number, headers: Readonly<Record<string, string>> = {}): Error =>
  Object.assign(new Error('v1/tenant=canary'), {
    name,
    $metadata: { httpStatusCode },
    $response: { statusCode: httpStatusCode, headers },
  });

test.each([
  ['SlowDown', 503, 'retry'],
  ['ServiceUnavailable', 503, 'retry'],
  ['InternalError', 500, 'retry'],
  ['SomethingNew', 502, 'retry'],
  ['SomethingNew', 429, 'retry'],
  ['ConditionalRequestConflict', 409, 'retry'],
  ['OperationAborted', 409, 'retry'],
  ['RequestTimeout', 400, 'retry'],
  ['BadDigest', 400, 'retry'],
  ['NoSuchUpload', 404, 'retry'],
  ['ExpiredToken', 400, 'retry'],
  // A body that could not be read although the status was good.
  ['SyntaxError', 200, 'retry'],
  ['AccessDenied', 403, 'stop'],
  ['InvalidAccessKeyId', 403, 'stop'],
  ['SignatureDoesNotMatch', 403, 'stop'],
  ['RequestTimeTooSkewed', 403, 'stop'],
  ['NoSuchBucket', 404, 'stop'],
  ['EntityTooLarge', 400, 'stop'],
  ['InvalidRequest', 400, 'stop'],
  ['PermanentRedirect', 301, 'stop'],
  ['NotImplemented', 501, 'stop'],
  ['SomethingNew', 418, 'stop'],
])('%s (%i) is %s, told by code and status alone', (name, status, expected) => {
  expect(classify(answer(name, status))).toEqual({ status: expected, reason: `${name} (${status})` });
});

test.each([
  [{ code: 'ECONNREFUSED' }, 'retry', 'ECONNREFUSED'],
  [{ code: 'ECONNRESET' }, 'retry', 'ECONNRESET'],
  [{ code: 'ENOTFOUND' }, 'retry', 'ENOTFOUND'],
  [{ code: 'CERT_HAS_EXPIRED' }, 'retry', 'CERT_HAS_EXPIRED'],
  [{ name: 'TimeoutError' }, 'retry', 'TimeoutError'],
  [{ name: 'AbortError' }, 'retry', 'AbortError'],
  [{ name: 'CredentialsProviderError' }, 'stop', 'CredentialsProviderError'],
])('%o on the way there is %s', (fault, status, reason) => {
  expect(classify(Object.assign(new Error('canary'), fault))).toEqual({ status, reason });
});

test('a delay that the server names is kept', () => {
  expect(classify(answer('SlowDown', 503, { 'retry-after': '7' }))).toMatchObject({ status: 'retry', afterMs: 7000 });
  expect(classify(answer('SlowDown', 503, { 'retry-after': 'soon' }))).not.toHaveProperty('afterMs');
});

test.each([new TypeError('bug'), Object.assign(new Error('bug'), { code: 'ERR_INVALID_ARG_TYPE' }), 'text', undefined])(
  '%s is a bug of ours, and no answer',
  (error) => {
    // Node's own codes for misuse begin like those of the system, and are none.
    expect(classify(error)).toBeUndefined();
  },
);
