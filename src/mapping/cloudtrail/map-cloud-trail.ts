// One record of a CloudTrail log file to the content of an event (EVENTS.md 7). Never throws, whatever the record.
import { rawSourceOf } from '../raw-source.ts';
import { toSnakeCase } from './record.ts';
import { type Fields, isFields } from '../../event/fields.ts';
import { isLonger } from '../../event/check/scalars.ts';
import type { EventErrorCode } from '../../event/error-codes.ts';
import type { RawEvent } from '../../event/raw-event.ts';
import { drop, type EventError, type RawSlot, reject, rejectAll } from '../../sdk/index.ts';
import type { MappingContext } from '../context.ts';
import { actionTypeOf } from './action-type.ts';
import { callerOf, UNKNOWN_ACTOR } from './actor.ts';
import { keepRest } from './data.ts';
import { failureOf, saysFailure } from './failure.ts';
import { iamChangeOf } from './iam-change.ts';
import { targetsOf } from './objects.ts';
import { clip, fieldsOf, serviceOf, textOf, type Warnings } from './record.ts';
import { judge, type Judged } from './security.ts';

/** The namespace of the ids: an eventID is unique over all accounts and trails. */
const NAME = 'cloudtrail';

export const mapCloudTrail = (record: unknown, context: MappingContext): RawSlot => {
  if (!isFields(record)) return reject('EVENT_FIELD_TYPE', '', 'must be an object');
  const opened = unwrap(record);
  if (opened === undefined || isDigest(opened.record)) return drop('not_mapped');
  const faults = faultsOf(opened.record, opened.path);
  return faults.length > 0 ? rejectAll(faults) : toRaw(opened.record, context);
};

/** EventBridge hands a record on in an envelope; its other events are none of CloudTrail's. */
const unwrap = (record: Fields): { readonly record: Fields; readonly path: string } | undefined => {
  const kind = record['detail-type'];
  if (typeof kind !== 'string') return { record, path: '' };
  const { detail } = record;
  return kind.endsWith(' via CloudTrail') && isFields(detail) ? { record: detail, path: '/detail' } : undefined;
};

/** The hourly proof of the log files lies beside them, and is no record. */
const isDigest = (record: Fields): boolean => 'digestStartTime' in record && 'logFiles' in record;

const isInsight = (record: Fields): boolean =>
  record['eventType'] === 'AwsCloudTrailInsight' || isFields(record['insightDetails']);

const TEXTS = ['eventID', 'eventTime', 'eventSource', 'eventName', 'errorCode', 'errorMessage'];
const REQUIRED = ['eventSource', 'eventName'];

const faultsOf = (record: Fields, path: string): EventError[] => {
  const required = isInsight(record) ? [] : REQUIRED;
  return TEXTS.flatMap((name): EventError[] => {
    const value = record[name];
    if (value !== undefined && value !== null && typeof value !== 'string')
      return [fault('EVENT_FIELD_TYPE', `${path}/${name}`, 'must be a string')];
    if (!required.includes(name)) return [];
    if (textOf(value) === undefined) return [fault('EVENT_FIELD_REQUIRED', `${path}/${name}`, 'is required')];
    if (toSnakeCase(segmentOf(name, value as string)) !== '') return [];
    return [fault('EVENT_FIELD_PATTERN', `${path}/${name}`, 'must name a service or an action, in letters or digits')];
  });
};
const segmentOf = (name: string, value: string): string => (name === 'eventSource' ? serviceOf(value) : value);
const fault = (code: EventErrorCode, path: string, message: string): EventError => ({ code, path, message });

const toRaw = (record: Fields, context: MappingContext): RawEvent => {
  const { receivedAt, rawSize } = context;
  const warnings: Warnings = [];
  const content = isInsight(record) ? insightContent(record, warnings) : callContent(record, warnings);
  const id = textOf(record['eventID']);
  return {
    content,
    source: rawSourceOf('cloudtrail', context),
    ...(id !== undefined && { identity: { name: NAME, id } }),
    receivedAt,
    rawSize,
    ...(warnings.length > 0 && { warnings }),
  };
};

const LOGINS: ReadonlySet<string> = new Set(['ConsoleLogin', 'UserAuthentication', 'CredentialVerification']);

const callContent = (record: Fields, warnings: Warnings): Fields => {
  const eventSource = textOf(record['eventSource'])!;
  const eventName = textOf(record['eventName'])!;
  const service = serviceOf(eventSource);
  const { actor, iamName, shown } = callerOf(record, warnings);
  const [object, ...objects] = targetsOf(record, service, warnings);
  const isFailedLogin = LOGINS.has(eventName) && saysFailure(record);
  const change = iamChangeOf({
    service,
    eventName,
    parameters: fieldsOf(record['requestParameters']),
    readOnly: record['readOnly'],
    callerName: iamName,
  });
  const failure = failureOf(record, isFailedLogin || change !== undefined ? 'security' : 'system', warnings);
  const facts = { service, eventName, failure, change, isFailedLogin, target: object, warnings };
  const judged = judge({ ...facts, actor: actor ?? UNKNOWN_ACTOR });
  return {
    ...headOf(judged, service, eventName),
    actionType: actionTypeOf(eventName, record),
    ...commonOf(record, warnings),
    outcome: failure?.outcome ?? 'success',
    ...(failure?.code !== undefined && { outcomeCode: failure.code }),
    ...(failure?.reason !== undefined && { outcomeReason: failure.reason }),
    ...actorField(actor, judged),
    ...(object !== undefined && { object }),
    ...(objects.length > 0 && { objects }),
    ...serviceField(eventSource, warnings),
    ...(failure?.error !== undefined && { error: failure.error }),
    ...restOf(record, shown, warnings),
  };
};

const headOf = (judged: Judged | undefined, service: string, eventName: string): Fields =>
  judged === undefined
    ? { category: 'system', action: actionOf(service, eventName) }
    : { category: 'security', ...judged };

const actorField = (actor: Fields | undefined, judged: Judged | undefined): Fields => {
  if (actor !== undefined) return { actor };
  return judged === undefined ? {} : { actor: UNKNOWN_ACTOR };
};

const MAX_ACTION_CHARS = 128;
const actionOf = (service: string, eventName: string): string =>
  `x.aws.${toSnakeCase(service)}.${toSnakeCase(eventName)}`.slice(0, MAX_ACTION_CHARS).replace(/\.$/, '');

const WARN = 13;
const INSIGHT_SOURCE = 'cloudtrail.amazonaws.com';

/** AWS noticed an unusual rate of a call: an event about calls, by nobody. */
const insightContent = (record: Fields, warnings: Warnings): Fields => {
  const { eventSource, eventName } = fieldsOf(record['insightDetails']);
  const about = [textOf(eventSource), textOf(eventName)].filter((name) => name !== undefined).join('/');
  const { shown } = callerOf(record, warnings);
  return {
    category: 'system',
    action: 'x.aws.cloudtrail.insight',
    actionType: 'other',
    ...commonOf(record, warnings),
    severity: WARN,
    ...(about !== '' && { object: { type: 'aws.api_call', id: clip(about, MAX_ID_BYTES, '/object/id', warnings) } }),
    ...serviceField(INSIGHT_SOURCE, warnings),
    ...restOf(record, shown, warnings),
  };
};

const MAX_ID_BYTES = 256;
const MAX_NAME_BYTES = 255;
const MAX_VERSION_BYTES = 64;

const serviceField = (eventSource: string, warnings: Warnings): Fields => ({
  service: { name: clip(eventSource, MAX_NAME_BYTES, '/service/name', warnings) },
});

/** What every record has: its time, where it came from, the request that it tells of. */
const commonOf = (record: Fields, warnings: Warnings): Fields => {
  const time = textOf(record['eventTime']);
  const type = textOf(record['eventType']);
  const version = textOf(record['eventVersion']);
  return {
    ...(time !== undefined && { timestamp: time }),
    source: {
      name: NAME,
      ...(type !== undefined && { type: clip(type, MAX_ID_BYTES, '/source/type', warnings) }),
      ...(version !== undefined && { version: clip(version, MAX_VERSION_BYTES, '/source/version', warnings) }),
    },
    ...requestOf(record, warnings),
  };
};

const requestOf = (record: Fields, warnings: Warnings): Fields => {
  const id = textOf(record['requestID']);
  if (id === undefined) return {};
  const request = { id: clip(id, MAX_ID_BYTES, '/request/id', warnings) };
  return isLonger(id, MAX_ID_BYTES) ? { request } : { request, correlation: { businessKeys: { requestId: id } } };
};

const restOf = (record: Fields, shown: ReadonlySet<string>, warnings: Warnings): Fields => {
  const { data, attributes } = keepRest(record, shown, warnings);
  return { ...(data !== undefined && { data }), attributes };
};
