// One LogRecord to the content of an event (EVENTS.md 7).
import { addSections, collect, dataOf, type Draft, finish, keep, newDraft, type Surroundings, warn } from './draft.ts';
import { addDomainObject } from './domain-object.ts';
import { outcomeOfVerb } from '../../event/outcome-words.ts';
import { parseInstant } from '../../event/time.ts';
import { FACT, type Facts, fits } from './facts.ts';
import { addDerived } from './derived.ts';
import { addHead, addSourceType, namedBy, addTrace } from './identity.ts';
import type { OtlpLog } from './decode/request.ts';
import { severityOfText, severityTextOf } from './severity.ts';

export const mapLog = (log: OtlpLog, surroundings: Surroundings, facts: Facts): Draft => {
  const draft = newDraft();
  // JavaScript's SDK writes an empty AnyValue where there is no body.
  if (log.body !== undefined && log.body !== null) draft.data = dataOf(log.body);
  collect(draft, facts, log.attributes);
  const attributeName = log.eventName === '' ? facts.peekText(FACT['event.name'], 256) : undefined;
  draft.instant = log.time ?? log.observed;
  if (facts.hasTime) addOwnTime(draft, facts);
  addHead(draft, facts, namedBy(facts, log.eventName));
  addSourceName(draft, log.eventName === '' ? (attributeName ?? '') : log.eventName);
  addSeverity(draft, log);
  addSections(draft, facts);
  addDomainObject(draft);
  if (facts.hasDerived) addDerived(draft, facts);
  if (draft.content['outcome'] === undefined) addOutcome(draft);
  addTrace(draft, log, facts);
  if (log.droppedAttributesCount > 0) warn(draft, 'attributes_dropped', '/attributes');
  if (log.badId) warn(draft, 'trace_context_invalid', '/correlation');
  finish(draft, facts, surroundings);
  return draft;
};

const addSourceName = (draft: Draft, name: string): void => {
  if (fits(name, 256)) addSourceType(draft, name);
  else keep(draft, 'event.name', name);
};

/** The number decides; a text of one's own is kept beside it. */
const addSeverity = (draft: Draft, { severityNumber, severityText }: OtlpLog): void => {
  const severity = severityNumber === 0 ? severityOfText(severityText) : severityNumber;
  if (severity !== undefined) {
    if (draft.content['severity'] === undefined) draft.content['severity'] = severity;
    else keep(draft, 'severity_number', severity);
  }
  const told = severity !== undefined && severityTextOf(severity) === severityText;
  if (severityText !== '' && !told) keep(draft, 'severity_text', severityText);
};

/** A time as the sender wrote it says more than the record's number, as long as it can be read. */
const addOwnTime = (draft: Draft, facts: Facts): void => {
  const text = facts.peekText(FACT['activity.timestamp'], 64);
  const parsed = text === undefined ? undefined : parseInstant(text);
  const original = facts.peekText(FACT['activity.timestamp_original'], 64);
  if (typeof parsed === 'object') {
    facts.take(FACT['activity.timestamp']);
    draft.instant = original === undefined ? undefined : parsed.instant;
    draft.content['timestamp'] = text;
  }
  if (original !== undefined && draft.instant !== undefined)
    draft.content['timestamp'] = facts.takeText(FACT['activity.timestamp_original'], 64);
  const source = facts.peek(FACT['activity.timestamp_source']);
  if (source !== 'source_header' && source !== 'received') return;
  facts.take(FACT['activity.timestamp_source']);
  draft.timeSource = source;
};

const ERROR_SEVERITY = 17;
/** What `normalize` would find the outcome in: it goes before the severity. */
const TELLING_SECTIONS = ['error', 'request', 'security', 'deployment', 'github'];
const TELLING_ATTRIBUTES = ['is_failure', 'otel.status_code', 'rpc.grpc.status_code', 'rpc.response.status_code'];

/** A record of severity ERROR that says nothing else of how it ended, ended in error. */
const addOutcome = ({ content, attributes, data }: Draft): void => {
  const { severity, action } = content;
  if (typeof severity !== 'number' || severity < ERROR_SEVERITY || typeof action !== 'string') return;
  if (TELLING_SECTIONS.some((name) => content[name] !== undefined) || outcomeOfVerb(action) !== undefined) return;
  if (TELLING_ATTRIBUTES.some((key) => attributes[key] !== undefined)) return;
  if (data?.['status'] === undefined && data?.['is_failure'] === undefined) content['outcome'] = 'error';
};
