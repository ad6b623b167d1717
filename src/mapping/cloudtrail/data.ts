// What has no place of its own: nested values to `data`, flat ones to `attributes`. Nothing of a record is lost.
import { toSnakeCase } from './record.ts';
import { type Fields } from '../../event/fields.ts';
import { isLonger } from '../../event/check/scalars.ts';
import { isRawJson } from '../../event/json.ts';
import { boundData } from '../bound-data.ts';
import { textOf, type Warnings } from './record.ts';

/** Fields that the event shows elsewhere, if they are texts. */
const PLACED: ReadonlySet<string> = new Set([
  ...['eventID', 'eventTime', 'eventType', 'eventVersion', 'errorCode', 'errorMessage', 'requestID'],
]);

/** A record's fields by the names that they have as attributes; OpenTelemetry's where it has one. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['awsRegion', 'cloud.region'],
  ['recipientAccountId', 'cloud.account.id'],
]);

const MAX_ATTRIBUTE_BYTES = 4096;
const MAX_ATTRIBUTES = 128;
const MAX_KEY_BYTES = 256;

export interface Kept {
  readonly data: Fields | undefined;
  readonly attributes: Fields;
}

/** `shown`: the fields that the actor already tells in full. */
export const keepRest = (record: Fields, shown: ReadonlySet<string>, warnings: Warnings): Kept => {
  const attributes: Record<string, unknown> = { 'cloud.provider': 'aws' };
  const data: Record<string, unknown> = {};
  let count = 1;
  for (const [key, value] of Object.entries(record)) {
    if (value === null || value === undefined || isShown(key, value, shown)) continue;
    const name = NAMES.get(key) ?? attributeName(key);
    if (isFlat(value) && count < MAX_ATTRIBUTES && !isLonger(name, MAX_KEY_BYTES) && !Object.hasOwn(attributes, name)) {
      attributes[name] = value;
      count++;
    } else data[key] = value;
  }
  return { attributes, data: Object.keys(data).length === 0 ? undefined : boundData(data, warnings) };
};

const MAX_REMEMBERED = 512;
const MAX_REMEMBERED_CHARS = 64;
const remembered = new Map<string, string>();

/** AWS uses few names, again and again. */
const attributeName = (key: string): string => {
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const name = `aws.${toSnakeCase(key)}`;
  if (remembered.size < MAX_REMEMBERED && key.length <= MAX_REMEMBERED_CHARS) remembered.set(key, name);
  return name;
};

const isShown = (key: string, value: unknown, shown: ReadonlySet<string>): boolean =>
  value === '' || shown.has(key) || (PLACED.has(key) && textOf(value) !== undefined);

const isFlat = (value: unknown): boolean =>
  typeof value === 'string' ? !isLonger(value, MAX_ATTRIBUTE_BYTES) : typeof value !== 'object' || isRawJson(value);
