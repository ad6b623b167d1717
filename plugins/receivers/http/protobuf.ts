// An event in binary form to a slot: the fields of the native API in a frame. Loaded when the first such body comes.
import { decodeBinaryFields } from '../../../src/event/binary.ts';
import { nativeFieldsOf } from '../../../src/event/native-fields.ts';
import { type Problem, type RawSlot, reject } from '../../../src/sdk/index.ts';
import { type RequestFacts, slotOf } from './decode.ts';

/** What only a collector sets, the event's id included, is left out: nobody names an event by it from outside. */
export const decodeFrame = (bytes: Buffer, facts: RequestFacts, maxBytes: number): RawSlot[] | Problem => {
  const result = decodeBinaryFields(bytes, { maxBytes });
  if (!('code' in result)) return [slotOf({ value: nativeFieldsOf(result.value) }, bytes.length, facts)];
  const { code, path, message } = result;
  if (!code.startsWith('BINARY_')) return [reject(code, path, message)];
  return {
    status: 400,
    code,
    title: 'The body is not an event in binary form',
    detail: `The body ${message}.`,
    errors: [{ code, path, message }],
  };
};
