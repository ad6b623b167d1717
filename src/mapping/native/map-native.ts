import { isFields } from '../../event/fields.ts';
import { type RawSlot, reject } from '../../sdk/index.ts';
import type { MappingContext } from '../context.ts';

/** An event under the native API's names is content as it stands. */
export const mapNative = (value: unknown, context: MappingContext): RawSlot => {
  if (!isFields(value)) return reject('EVENT_FIELD_TYPE', '', 'must be an object');
  const { receiver, receivedAt, rawSize } = context;
  return { content: value, source: { kind: 'api', receiver }, receivedAt, rawSize };
};
