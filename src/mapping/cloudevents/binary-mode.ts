// A CloudEvent in HTTP's binary mode: attributes in `ce-` headers, data in the body (HTTP protocol binding, 3.1).
import { isUtf8 } from 'node:buffer';
import { isJsonProblem, type JsonProblem, parseJson } from '../../event/json.ts';
import type { EventError } from '../../sdk/index.ts';
import { isJsonType } from './envelope.ts';
import type { Fields } from '../../event/fields.ts';
import type { Section } from './fields.ts';

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;
export type BinaryModeResult = { readonly value: Fields } | JsonProblem | EventError;

const PREFIX = 'ce-';
const ATTRIBUTE = /^[a-z0-9]+$/;

/** The same event in structured form. Header names in lower case, as Node gives them. */
export const binaryModeEvent = (headers: Headers, body: Buffer): BinaryModeResult => {
  const event: Section = {};
  for (const [header, text] of Object.entries(headers)) {
    const name = header.startsWith(PREFIX) ? header.slice(PREFIX.length) : '';
    if (!ATTRIBUTE.test(name) || name === 'data' || text === undefined) continue;
    const value = decodeHeader(String(text));
    if (value === undefined)
      return { code: 'CLOUDEVENT_HEADER', path: `/${name}`, message: 'must be percent-encoded UTF-8 in its header' };
    event[name] = value;
  }
  return addBody(event, headers['content-type'], body);
};

const ESCAPE = /%([0-9a-fA-F]{2})/g;

/** Undefined for what is no UTF-8. Node reads headers as Latin-1: bytes beyond ASCII that came as they are count too. */
const decodeHeader = (text: string): string | undefined => {
  const bare = text.startsWith('"') && text.endsWith('"') && text.length > 1 ? unquoted(text) : text;
  const escaped = bare.replaceAll(ESCAPE, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
  const bytes = Buffer.from(escaped, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
};

const unquoted = (text: string): string => text.slice(1, -1).replaceAll(/\\(.)/g, '$1');

const addBody = (event: Section, contentType: unknown, body: Buffer): BinaryModeResult => {
  if (typeof contentType === 'string' && contentType !== '') event['datacontenttype'] = contentType;
  if (body.length === 0) return { value: event };
  if (isJsonType(contentType)) {
    const result = isUtf8(body) ? parseJson(body.toString('utf8')) : NOT_UTF8;
    if (isJsonProblem(result)) return result;
    event['data'] = result.value;
  } else if (/^text\//i.test(String(contentType)) && isUtf8(body)) event['data'] = body.toString('utf8');
  else event['data_base64'] = body.toString('base64');
  return { value: event };
};
const NOT_UTF8: JsonProblem = { code: 'JSON_SYNTAX', path: '', message: 'is not UTF-8' };
