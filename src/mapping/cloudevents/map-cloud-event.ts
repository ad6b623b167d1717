// A CloudEvent 1.0 to a raw event (EVENTS.md 7). The traceparent extension is the event's own context; the transport's
// header, in the context given here, is the hop.
import { rawSourceOf } from '../raw-source.ts';
import { isFields } from '../../event/fields.ts';
import { type Category, CATEGORIES } from '../../event/schema.ts';
import type { RawEvent } from '../../event/raw-event.ts';
import { type RawSlot, rejectAll } from '../../sdk/index.ts';
import { isCdEventType, mapCdEvent } from '../cdevents/map-cd-event.ts';
import type { MappingContext } from '../context.ts';
import { completeSections, defaultCategory } from './complete.ts';
import { type Envelope, isEnvelope, isJsonType, parseEnvelope } from './envelope.ts';
import { actorOf, addExtensions, type Draft, keep } from './extensions.ts';
import { fits, orNothing, type Section } from './fields.ts';
import { addPayload, isNativeData, NATIVE_SCHEMA } from './payload.ts';
import { type TypeName, type TypeRegistry, typeNameOf } from './type-name.ts';

export interface CloudEventOptions {
  /** What the `type` of a CloudEvent is here; else its last words name the action. */
  readonly types?: TypeRegistry;
}

/** Pure, and never throws. A CDEvent in a CloudEvent is mapped as what it is. */
export const mapCloudEvent = (value: unknown, context: MappingContext, options: CloudEventOptions = {}): RawSlot => {
  const envelope = parseEnvelope(value);
  if (!isEnvelope(envelope)) return rejectAll(envelope);
  if (isCdEventType(envelope.type)) return mapCdEvent(value, context);
  const { data, dataSchema, time } = envelope;
  if (dataSchema === NATIVE_SCHEMA && isFields(data)) return rawEventOf(timed({ ...data }, time), envelope, context);
  const draft: Draft = { content: {}, correlation: {}, attributes: {}, data: undefined };
  if (isNativeData(data, dataSchema)) addNative(draft, data);
  else addPayload(draft, data);
  addExtensions(draft, envelope.extensions);
  addHead(draft, envelope, typeNameOf(envelope.type, options.types ?? {}));
  finish(draft, envelope);
  return rawEventOf(timed(draft.content, time), envelope, context);
};

const addNative = ({ content }: Draft, data: Section): void => {
  Object.assign(content, data);
};

/** What the sender said by an extension passes as it is, for `validate` to judge. */
const addHead = (draft: Draft, envelope: Envelope, { action, category }: TypeName): void => {
  const { content } = draft;
  const { extensions } = envelope;
  content['category'] ??= extensions['category'] ?? category ?? defaultCategory(draft, envelope);
  content['action'] ??= extensions['action'] ?? action;
  const actor = actorOf(extensions);
  if (content['actor'] === undefined && actor !== undefined) {
    content['actor'] = actor;
    if (actor['type'] === extensions['authtype']) delete draft.attributes['authtype'];
    if (actor['id'] === extensions['authid']) delete draft.attributes['authid'];
  }
  if (isCategory(content['category'])) completeSections(draft, envelope, content['category']);
};

const isCategory = (value: unknown): value is Category => (CATEGORIES as readonly unknown[]).includes(value);

/** What the envelope says beside, and what was collected. */
const finish = (draft: Draft, { dataSchema, contentType }: Envelope): void => {
  const { content, correlation, attributes } = draft;
  if (dataSchema !== undefined) keep(draft, 'dataschema', dataSchema);
  if (contentType !== undefined && !isJsonType(contentType)) keep(draft, 'datacontenttype', contentType);
  addTo(content, 'correlation', correlation);
  addTo(content, 'attributes', attributes);
  if (draft.data !== undefined) addTo(content, 'data', draft.data);
};

/** What the sender has put there itself goes first. */
const addTo = (content: Section, name: string, found: Section): void => {
  const given = content[name];
  if (orNothing(found) !== undefined && (given === undefined || isFields(given)))
    content[name] = isFields(given) ? { ...found, ...given } : found;
};

const timed = (content: Section, time: string | undefined): Section => {
  if (content['timestamp'] === undefined && time !== undefined) content['timestamp'] = time;
  return content;
};

const rawEventOf = (content: Section, { id, source, type }: Envelope, context: MappingContext): RawEvent => {
  const { receivedAt, rawSize } = context;
  if (content['source'] === undefined && fits(type, 256)) content['source'] = { type };
  return {
    content,
    source: rawSourceOf('cloudevents', context),
    identity: { name: source, id },
    receivedAt,
    rawSize,
  };
};
