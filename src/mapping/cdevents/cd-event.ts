// A CDEvent (0.3 to 0.5), bare or in the `data` of a CloudEvent, in one shape; every error by its path and rule.
import { type Fields, isFields } from '../../event/fields.ts';
import type { EventErrorCode } from '../../event/error-codes.ts';
import { EVENT_ERROR_CODES } from '../../event/error-codes.ts';
import { parseInstant } from '../../event/time.ts';
import type { EventError } from '../../sdk/index.ts';
import { isText } from '../cloudevents/fields.ts';

export interface CdEvent {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly timestamp: string | undefined;
  readonly version: string | undefined;
  readonly context: Fields;
  readonly subject: Fields;
  readonly subjectId: string;
  readonly content: Fields;
  readonly customData: unknown;
}

const EMPTY: Fields = {};
const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : EMPTY);

export const parseCdEvent = (value: unknown): CdEvent | readonly EventError[] => {
  if (!isFields(value)) return [error('EVENT_FIELD_TYPE', '', 'must be an object')];
  const isWrapped = value['context'] === undefined && value['specversion'] !== undefined;
  const { context, subject, paths } = isWrapped ? unwrapped(value) : found(value, BARE);
  const errors = [
    ...['id', 'source', 'type'].map((name) => textError(context[name], `${paths.context}/${name}`)),
    textError(subject['id'], paths.subjectId),
    timeError(context['timestamp'], paths.time),
  ].filter((wrong) => wrong !== undefined);
  if (errors.length > 0) return errors;
  return {
    id: context['id'] as string,
    source: context['source'] as string,
    type: context['type'] as string,
    timestamp: isText(context['timestamp']) ? context['timestamp'] : undefined,
    version: [context['specversion'], context['version']].find(isText),
    context,
    subject,
    subjectId: subject['id'] as string,
    content: fieldsOf(subject['content']),
    customData: (isWrapped ? fieldsOf(value['data']) : value)['customData'],
  };
};

export const isCdEvent = (result: CdEvent | readonly EventError[]): result is CdEvent => !Array.isArray(result);

interface Found {
  readonly context: Fields;
  readonly subject: Fields;
  /** Where they stand, for the errors. */
  readonly paths: { readonly context: string; readonly subjectId: string; readonly time: string };
}
const BARE = { context: '/context', subjectId: '/subject/id', time: '/context/timestamp' };
const IN_DATA = { context: '/data/context', subjectId: '/data/subject/id', time: '/data/context/timestamp' };
const IN_ENVELOPE = { context: '', subjectId: '/subject', time: '/time' };

const found = ({ context, subject }: Fields, paths: Found['paths']): Found => ({
  context: fieldsOf(context),
  subject: fieldsOf(subject),
  paths,
});

/** In the CloudEvents binding the envelope says again what the context says; a sender that left that out is understood. */
const unwrapped = (envelope: Fields): Found => {
  const data = fieldsOf(envelope['data']);
  if (isFields(data['context']) && isFields(data['subject'])) return found(data, IN_DATA);
  const { id, source, type, time } = envelope;
  const subject = fieldsOf(data['subject']);
  const content = isFields(subject['content']) ? subject['content'] : data;
  return {
    context: { id, source, type, timestamp: time },
    subject: { ...subject, id: subject['id'] ?? envelope['subject'], content },
    paths: IN_ENVELOPE,
  };
};

const error = (code: EventErrorCode, path: string, message: string): EventError => ({ code, path, message });

const textError = (value: unknown, path: string): EventError | undefined => {
  if (isText(value)) return undefined;
  return value === undefined || value === null || value === ''
    ? error('EVENT_FIELD_REQUIRED', path, 'is required, and must not be empty, in a CDEvent')
    : error('EVENT_FIELD_TYPE', path, 'must be a string');
};

const timeError = (value: unknown, path: string): EventError | undefined => {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') return error('EVENT_FIELD_TYPE', path, 'must be a string');
  const parsed = parseInstant(value);
  return typeof parsed === 'string' ? error(parsed, path, EVENT_ERROR_CODES[parsed]) : undefined;
};
