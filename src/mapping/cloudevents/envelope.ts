// The attributes of a CloudEvent 1.0, checked: every error by its path and rule.
import { type Fields, isFields } from '../../event/fields.ts';
import type { EventErrorCode } from '../../event/error-codes.ts';
import { EVENT_ERROR_CODES } from '../../event/error-codes.ts';
import { parseJson, isJsonProblem } from '../../event/json.ts';
import { parseInstant } from '../../event/time.ts';
import type { EventError } from '../../sdk/index.ts';
import { isText } from './fields.ts';

export interface Envelope {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string | undefined;
  readonly time: string | undefined;
  readonly contentType: string | undefined;
  readonly dataSchema: string | undefined;
  readonly extensions: Fields;
  readonly data: unknown;
}

const CORE: ReadonlySet<string> = new Set([
  'specversion',
  'id',
  'source',
  'type',
  'subject',
  'time',
  'datacontenttype',
  'dataschema',
  'data',
  'data_base64',
]);
const REQUIRED = ['specversion', 'id', 'source', 'type'] as const;
const OPTIONAL = ['subject', 'time', 'datacontenttype', 'dataschema'] as const;

/** An attribute that is null is not there (CloudEvents JSON format, 2.2). */
export const parseEnvelope = (value: unknown): Envelope | readonly EventError[] => {
  if (!isFields(value)) return [error('EVENT_FIELD_TYPE', '', 'must be an object')];
  const errors = [
    ...REQUIRED.map((name) => requiredError(value, name)),
    ...OPTIONAL.map((n) => optionalError(value, n)),
  ];
  const data = dataOf(value);
  const found = [...errors, versionError(value), timeError(value), data.error].filter((wrong) => wrong !== undefined);
  if (found.length > 0) return found;
  const textOf = (name: string): string | undefined => (isText(value[name]) ? value[name] : undefined);
  return {
    id: value['id'] as string,
    source: value['source'] as string,
    type: value['type'] as string,
    subject: textOf('subject'),
    time: textOf('time'),
    contentType: textOf('datacontenttype'),
    dataSchema: textOf('dataschema'),
    extensions: extensionsOf(value),
    data: data.value,
  };
};

export const isEnvelope = (result: Envelope | readonly EventError[]): result is Envelope => !Array.isArray(result);

const error = (code: EventErrorCode, path: string, message: string): EventError => ({ code, path, message });

const requiredError = (value: Fields, name: string): EventError | undefined => {
  const attribute = value[name];
  if (attribute === undefined || attribute === null || attribute === '')
    return error('EVENT_FIELD_REQUIRED', `/${name}`, 'is required, and must not be empty, in a CloudEvent');
  return typeof attribute === 'string' ? undefined : error('EVENT_FIELD_TYPE', `/${name}`, 'must be a string');
};

const optionalError = (value: Fields, name: string): EventError | undefined =>
  typeof (value[name] ?? '') === 'string' ? undefined : error('EVENT_FIELD_TYPE', `/${name}`, 'must be a string');

const versionError = ({ specversion }: Fields): EventError | undefined =>
  isText(specversion) && specversion !== '1.0'
    ? error('EVENT_FIELD_ENUM', '/specversion', 'must be 1.0, the version of CloudEvents that is taken')
    : undefined;

const timeError = ({ time }: Fields): EventError | undefined => {
  const parsed = isText(time) ? parseInstant(time) : undefined;
  return typeof parsed === 'string' ? error(parsed, '/time', EVENT_ERROR_CODES[parsed]) : undefined;
};

const extensionsOf = (value: Fields): Fields => {
  const extensions: Record<string, unknown> = {};
  for (const key of Object.keys(value))
    if (!CORE.has(key) && value[key] !== null && value[key] !== undefined) extensions[key] = value[key];
  return extensions;
};

interface Data {
  readonly value?: unknown;
  readonly error?: EventError;
}

const dataOf = (value: Fields): Data => {
  const { data = null, data_base64: base64 = null, datacontenttype } = value;
  if (base64 === null) return { value: data };
  if (data !== null)
    return { error: error('CLOUDEVENT_DATA', '/data_base64', 'stands beside data; send one of the two') };
  if (typeof base64 !== 'string' || !BASE64.test(base64))
    return { error: error('CLOUDEVENT_DATA', '/data_base64', 'must be a string in base64') };
  return { value: isJsonType(datacontenttype) ? jsonOf(base64) : { data_base64: base64 } };
};
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** JSON that came as bytes; what is none stays as it came. */
const jsonOf = (base64: string): unknown => {
  const result = parseJson(Buffer.from(base64, 'base64').toString());
  return isJsonProblem(result) ? { data_base64: base64 } : result.value;
};

const JSON_TYPE = /^[^;]*[/+]json\s*(?:;|$)/i;
/** Without a content type data is JSON too. */
export const isJsonType = (contentType: unknown): boolean =>
  typeof contentType === 'string' && JSON_TYPE.test(contentType);
