// The body, in either form that GitHub sends, to the payload. Pure.
import { isUtf8 as isUtf8Bytes } from 'node:buffer';
import { isJsonProblem, parseJson } from '../../../src/event/json.ts';
import type { EventError } from '../../../src/sdk/index.ts';

export type BodyForm = 'json' | 'form';
export type Decoded = { readonly payload: unknown } | { readonly fault: EventError };

/** The largest push holds 2,048 commits of some twenty keys; what is kept of a payload is bounded afterwards. */
const LIMITS = { maxKeys: 500_000 };

export const decode = (body: Buffer, form: BodyForm): Decoded => {
  if (!isUtf8Bytes(body)) return fault('BODY_NOT_UTF8', 'is not UTF-8');
  const text = body.toString('utf8');
  const json = form === 'json' ? text : new URLSearchParams(text).get('payload');
  if (json === null) return fault('GITHUB_PAYLOAD', 'has no field "payload"');
  const result = parseJson(json, LIMITS);
  if (isJsonProblem(result)) return { fault: { code: result.code, path: result.path, message: result.message } };
  return { payload: result.value };
};

const fault = (code: string, message: string): Decoded => ({ fault: { code, path: '', message } });
