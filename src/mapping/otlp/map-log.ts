// One LogRecord to the content of an event (EVENTS.md 7).
import { addSections, collect, dataOf, type Draft, finish, keep, newDraft, type Surroundings, warn } from './draft.ts';
import { addDomainObject } from './domain-object.ts';
import { FACT, type Facts, fits } from './facts.ts';
import { addHead, addSourceType, namedBy, addTrace } from './identity.ts';
import type { OtlpLog } from './request.ts';

export const mapLog = (log: OtlpLog, surroundings: Surroundings, facts: Facts): Draft => {
  const draft = newDraft();
  // JavaScript's SDK writes an empty AnyValue where there is no body.
  if (log.body !== undefined && log.body !== null) draft.data = dataOf(log.body);
  collect(draft, facts, log.attributes);
  const attributeName = log.eventName === '' ? facts.peekText(FACT['event.name'], 256) : undefined;
  addHead(draft, facts, namedBy(facts, log.eventName));
  addSourceName(draft, log.eventName === '' ? (attributeName ?? '') : log.eventName);
  addSeverity(draft, log);
  addSections(draft, facts);
  addDomainObject(draft);
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

const TEXTS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];
const SEVERITY_OF: ReadonlyMap<string, number> = new Map([
  ...TEXTS.map((text, i): [string, number] => [text, i * 4 + 1]),
  ['WARNING', 13],
  ['CRITICAL', 21],
]);

/** The number decides; a text of one's own is kept beside it. */
const addSeverity = (draft: Draft, { severityNumber, severityText }: OtlpLog): void => {
  const severity = severityNumber === 0 ? SEVERITY_OF.get(severityText.toUpperCase()) : severityNumber;
  if (severity !== undefined) {
    if (draft.content['severity'] === undefined) draft.content['severity'] = severity;
    else keep(draft, 'severity_number', severity);
  }
  const told = severity !== undefined && TEXTS[(severity - 1) >> 2] === severityText;
  if (severityText !== '' && !told) keep(draft, 'severity_text', severityText);
};
