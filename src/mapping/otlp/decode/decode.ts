// The one door to both encodings: a faster decoder replaces what is behind it.
import { isUtf8 } from 'node:buffer';
import { parseJsonItems } from '../../../event/json.ts';
import { isProblem, type Problem } from '../../../sdk/index.ts';
import { decodeJson } from './decode-json.ts';
import { decodeProtobuf } from './decode-protobuf.ts';
import { type DecodedRequest, MalformedError, type Signal } from './request.ts';

export type Encoding = 'protobuf' | 'json';

/** A request in one plain shape, or the 400 to answer. Never throws, whatever the bytes. */
export const decode = (signal: Signal, encoding: Encoding, bytes: Buffer): DecodedRequest | Problem => {
  try {
    return encoding === 'protobuf' ? decodeProtobuf(signal, bytes) : decodeText(signal, bytes);
  } catch (error) {
    if (error instanceof MalformedError) return malformed(error.message);
    throw error;
  }
};

const decodeText = (signal: Signal, bytes: Buffer): DecodedRequest | Problem => {
  if (!isUtf8(bytes)) return malformed('the body is not UTF-8');
  const parsed = parseAny(bytes.toString('utf8'));
  return isProblem(parsed) ? parsed : decodeJson(signal, parsed.value);
};

// No item is selected: keys, depth and strings are checked as they are read, record by record.
const parseAny = (text: string): { value: unknown } | Problem => {
  let value: unknown;
  const result = parseJsonItems(text, (parsed) => {
    value = parsed;
    return [];
  });
  return result !== undefined && 'code' in result ? malformed(`the body ${result.message}`) : { value };
};

const malformed = (detail: string): Problem => ({
  status: 400,
  code: 'OTLP_MALFORMED',
  title: 'The body is not an OTLP request',
  detail,
});
