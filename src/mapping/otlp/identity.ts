// What of an event's head the record's facts decide: category, action, outcome, id, session.
import { BUILT_IN_ACTIONS } from '../../event/actions.ts';
import { OUTCOMES } from '../../event/schema.ts';
import { type ActionName, actionOf, NAMELESS } from './action-name.ts';
import { type Draft, keep } from './draft.ts';
import { FACT, type Facts } from './facts.ts';
import { fill, type Section, setIf } from './sections.ts';

const OUTCOME_WORDS: ReadonlySet<unknown> = new Set(OUTCOMES);

/** An EventName goes before the deprecated attribute `event.name`. */
export const namedBy = (facts: Facts, eventName: string): ActionName => {
  const name = eventName === '' ? facts.takeText(FACT['event.name'], 256) : eventName;
  return name === undefined ? NAMELESS : actionOf(name);
};

/** `activity.*` is the sender's own word in our terms: it passes as it is, for the processors to judge. */
export const addHead = ({ content }: Draft, facts: Facts, named: ActionName): void => {
  const own = facts.take(FACT['activity.action']);
  const category = own === undefined ? named.category : typeof own === 'string' && BUILT_IN_ACTIONS.get(own);
  content['category'] = facts.take(FACT['activity.category']) ?? (category || 'system');
  content['action'] = own ?? named.action;
  const outcome = facts.take(FACT['activity.outcome']) ?? takeOutcomeWord(facts);
  if (outcome !== undefined) content['outcome'] = outcome;
  if (content['sourceEventId'] === undefined) setIf(content, 'sourceEventId', facts.takeText(FACT['event.id'], 256));
};

/** A plain `outcome` may mean anything: only our own words are taken for one. */
const takeOutcomeWord = (facts: Facts): unknown =>
  OUTCOME_WORDS.has(facts.peek(FACT.outcome)) ? facts.take(FACT.outcome) : undefined;

/** Keeps a name that the action does not show. */
export const addSourceType = ({ content }: Draft, name: string): void => {
  if (name !== '' && name !== content['action'] && !isFullName(name, content)) fill(content, 'source', setType, name);
};
/** `category.action`, without putting it together. */
const isFullName = (name: string, { category, action }: Section): boolean =>
  typeof category === 'string' &&
  typeof action === 'string' &&
  name.length === category.length + 1 + action.length &&
  name.startsWith(category) &&
  name.endsWith(action);
const setType = (source: Section, name: string): void => setIf(source, 'type', name);

interface TraceFields {
  readonly traceId: string;
  readonly spanId: string;
  readonly flags: number;
}
interface Told {
  readonly draft: Draft;
  readonly record: TraceFields;
  readonly facts: Facts;
}

export const addTrace = (draft: Draft, record: TraceFields, facts: Facts): void =>
  fill(draft.content, 'correlation', fillTrace, { draft, record, facts });

const fillTrace = (correlation: Section, { draft, record, facts }: Told): void => {
  if (record.traceId !== '') addIds(draft, correlation, record);
  if (correlation['sessionId'] === undefined) setIf(correlation, 'sessionId', facts.takeText(FACT['session.id'], 256));
};

/** The record's own ids, unless the sender named others as native fields: then its own are attributes. */
const addIds = (draft: Draft, correlation: Section, { traceId, spanId, flags }: TraceFields): void => {
  if (correlation['traceId'] === undefined && correlation['traceparent'] === undefined) {
    correlation['traceId'] = traceId;
    if (spanId !== '') setIf(correlation, 'spanId', spanId);
    // 0 is absent: many senders leave the flags out.
    if ((flags & 0xff) !== 0) setIf(correlation, 'traceFlags', flags & 0xff);
  } else if (correlation['traceId'] !== traceId) {
    keep(draft, 'trace_id', traceId);
    if (spanId !== '') keep(draft, 'span_id', spanId);
  }
};
