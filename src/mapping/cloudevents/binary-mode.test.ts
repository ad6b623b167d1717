import { expect, test } from 'vitest';
import { binaryModeEvent } from './binary-mode.ts';

const HEADERS = { 'ce-specversion': '1.0', 'ce-id': 'e1', host: 'h', traceparent: 'hop' };
const event = (headers: object, body: string | Buffer = '') =>
  binaryModeEvent({ ...HEADERS, ...headers }, Buffer.from(body as string));

test.each<[string, object, string | Buffer, object]>([
  ['headers alone', {}, '', {}],
  [
    'JSON',
    { 'content-type': 'application/json' },
    '{"a":9007199254740993}',
    { datacontenttype: 'application/json', data: { a: expect.anything() } },
  ],
  [
    'JSON of a kind',
    { 'content-type': 'application/x+json; charset=utf-8' },
    '[1]',
    { datacontenttype: 'application/x+json; charset=utf-8', data: [1] },
  ],
  ['text', { 'content-type': 'text/plain' }, 'é', { datacontenttype: 'text/plain', data: 'é' }],
  [
    'text that is not UTF-8',
    { 'content-type': 'text/plain' },
    Buffer.from([0xff]),
    { datacontenttype: 'text/plain', data_base64: '/w==' },
  ],
  [
    'bytes',
    { 'content-type': 'image/png' },
    Buffer.from([0, 1, 2]),
    { datacontenttype: 'image/png', data_base64: 'AAEC' },
  ],
  ['no content type', {}, 'x', { data_base64: 'eA==' }],
  ['percent-encoded UTF-8', { 'ce-subject': 'Euro%20%E2%82%AC%20%F0%9F%98%80' }, '', { subject: 'Euro € 😀' }],
  ['a quoted text', { 'ce-subject': '"a \\"b\\" c"' }, '', { subject: 'a "b" c' }],
  ['a percent sign alone', { 'ce-subject': '100%' }, '', { subject: '100%' }],
  ['UTF-8 as it is', { 'ce-subject': Buffer.from('€').toString('latin1') }, '', { subject: '€' }],
  ['what is no attribute', { 'ce-data': 'x', 'ce-a_b': 'x', 'ce-__proto__': 'x' }, '', {}],
])('%s', (_name, headers, body, found) =>
  expect(event(headers, body)).toEqual({ value: { specversion: '1.0', id: 'e1', ...found } }),
);

test.each([
  ['a header that is not UTF-8', { 'ce-subject': '%ff' }, '', 'CLOUDEVENT_HEADER', '/subject'],
  ['a body that is no JSON', { 'content-type': 'application/json' }, '{', 'JSON_SYNTAX', ''],
  ['a body in Latin-1', { 'content-type': 'application/json' }, Buffer.from([0x22, 0xe9, 0x22]), 'JSON_SYNTAX', ''],
])('%s', (_name, headers, body, code, path) => expect(event(headers, body)).toMatchObject({ code, path }));
