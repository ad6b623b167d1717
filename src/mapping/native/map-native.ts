import { isRawJson } from '../../event/json.ts';
import { type RawSlot, reject } from '../../sdk/index.ts';
import type { MappingContext } from '../context.ts';

/** An event under the native API's names is content as it stands. */
export const mapNative = (value: unknown, context: MappingContext): RawSlot => {
  if (!isObject(value)) return reject('EVENT_FIELD_TYPE', '', 'must be an object');
  const { receiver, receivedAt, rawSize } = context;
  return { content: value, source: { kind: 'api', receiver }, receivedAt, rawSize };
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawJson(value);
