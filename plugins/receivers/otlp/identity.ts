// What of an event's head the record's facts decide: category, action, outcome, id, session.
import { OUTCOMES } from '../../../src/event/schema.ts';
import { type ActionName, actionOf, NAMELESS } from './action-name.ts';
import type { Draft } from './draft.ts';
import type { Facts } from './facts.ts';
import { type Section, setIf } from './sections.ts';

const OUTCOME_WORDS: ReadonlySet<unknown> = new Set(OUTCOMES);

/** An EventName goes before the deprecated attribute `event.name`. */
export const namedBy = (facts: Facts, eventName: string): ActionName => {
  const name = eventName === '' ? facts.takeText('event.name', 256) : eventName;
  return name === undefined ? NAMELESS : actionOf(name);
};

/** `activity.*` is the sender's own word in our terms: it passes as it is, for the processors to judge. */
export const addHead = ({ content }: Draft, facts: Facts, named: ActionName): void => {
  content['category'] = facts.take('activity.category') ?? named.category ?? 'system';
  content['action'] = facts.take('activity.action') ?? named.action;
  setIf(content, 'outcome', facts.take('activity.outcome') ?? takeOutcomeWord(facts));
  setIf(content, 'sourceEventId', facts.takeText('event.id', 256));
};

/** A plain `outcome` may mean anything: only our own words are taken for one. */
const takeOutcomeWord = (facts: Facts): unknown =>
  OUTCOME_WORDS.has(facts.peek('outcome')) ? facts.take('outcome') : undefined;

/** Keeps a name that the action does not show. */
export const addSourceType = ({ content }: Draft, name: string): void => {
  if (name !== '' && name !== content['action']) content['source'] = { type: name };
};

export interface TraceFields {
  readonly traceId: string;
  readonly spanId: string;
  readonly flags: number;
}

export const traceOf = (record: TraceFields, facts: Facts): Section => {
  const correlation: Section = {};
  if (record.traceId !== '') {
    correlation['traceId'] = record.traceId;
    if (record.spanId !== '') correlation['spanId'] = record.spanId;
    correlation['traceFlags'] = record.flags & 0xff;
  }
  setIf(correlation, 'sessionId', facts.takeText('session.id', 256));
  return correlation;
};
