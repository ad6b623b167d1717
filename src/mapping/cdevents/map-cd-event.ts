// A CDEvent to a delivery event (EVENTS.md 8).
import { rawSourceOf } from '../raw-source.ts';
import { type Fields, isFields } from '../../event/fields.ts';
import type { RawEvent } from '../../event/raw-event.ts';
import type { Warning } from '../../event/schema.ts';
import { type RawSlot, reject, rejectAll } from '../../sdk/index.ts';
import { fits, isHttps, orNothing, type Section, setIf, textOf } from '../cloudevents/fields.ts';
import type { MappingContext } from '../context.ts';
import { type CdEvent, isCdEvent, parseCdEvent } from './cd-event.ts';
import { type Evidence, evidenceOf, purlOf } from './evidence.ts';
import { type CdType, cdTypeOf, isCdEventType, outcomeOf } from './vocabulary.ts';

export { isCdEventType };

/** Takes it bare, `{context, subject, customData?}`, or in a CloudEvent. Pure, and never throws. */
export const mapCdEvent = (value: unknown, context: MappingContext): RawSlot => {
  const event = parseCdEvent(value);
  if (!isCdEvent(event)) return rejectAll(event);
  const type = cdTypeOf(event.type);
  if (type === undefined)
    return reject('EVENT_FIELD_PATTERN', '/context/type', 'must be dev.cdevents.<subject>.<predicate>.<version>');
  const evidence = evidenceOf(event, type.subject);
  const warnings = evidence.length > 0 ? undefined : NO_LINK;
  return rawEventOf(contentOf(event, type, evidence), event, context, warnings);
};

const NO_LINK: readonly Warning[] = [{ code: 'evidence_without_link', path: '/evidence' }];

const contentOf = (event: CdEvent, type: CdType, evidence: readonly Evidence[]): Section => {
  const { content } = event;
  const found: Section = { category: 'delivery', action: type.action };
  setIf(found, 'timestamp', event.timestamp);
  found['source'] = sourceOf(event);
  const outcome = outcomeOf(content['outcome']) ?? outcomeOf(type.predicate);
  setIf(found, 'outcome', outcome);
  setIf(found, 'outcomeReason', textOf(content['reason'], 1024));
  setIf(found, 'object', objectOf(event, type));
  setIf(found, 'error', errorOf(content));
  if (IS_DEPLOYMENT.has(type.action)) setIf(found, 'deployment', deploymentOf(event, outcome));
  found['evidence'] = evidence.length > 0 ? evidence : [specificationOf(event, type)];
  setIf(found, 'correlation', correlationOf(event, type));
  found['data'] = dataOf(event);
  return found;
};

const IS_DEPLOYMENT: ReadonlySet<string> = new Set(['deploy_completed', 'rollback_initiated']);

const sourceOf = ({ type, version }: CdEvent): Section => {
  const source: Section = {};
  setIf(source, 'type', textOf(type, 256));
  setIf(source, 'version', textOf(version, 64));
  return source;
};

const objectOf = ({ subject, subjectId, content }: CdEvent, { subject: kind }: CdType): Section | undefined => {
  if (!fits(subjectId, 256)) return undefined;
  const object: Section = { type: textOf(subject['type'], 64) ?? kind, id: subjectId };
  setIf(
    object,
    'name',
    [content['name'], content['pipelineName'], content['taskName']].find((name) => fits(name, 256)),
  );
  setIf(object, 'url', [content['uri'], content['url']].find(isHttps));
  return object;
};

const errorOf = ({ errors }: Fields): Section | undefined => (fits(errors, 2048) ? { message: errors } : undefined);

/** The event's own id names the deployment: its subject is the service, which is deployed again and again. */
const deploymentOf = (event: CdEvent, outcome: string | undefined): Section | undefined => {
  const { id, content, timestamp } = event;
  const { environment: given, artifactId } = content;
  const environment = textOf(isFields(given) ? given['id'] : given, 128);
  if (environment === undefined || !fits(id, 256)) return undefined;
  const purl = purlOf(artifactId);
  const deployment: Section = { id, environment };
  setIf(deployment, 'version', purl?.version);
  setIf(deployment, 'artifact', textOf(artifactId, 512));
  deployment['status'] = outcome ?? 'success';
  setIf(deployment, 'finishedAt', textOf(timestamp, 64));
  setIf(deployment, 'url', [content['uri'], content['url']].find(isHttps));
  return deployment;
};

/** Most CDEvents link nothing. What is left to point at is what its type means; a warning says so. */
const specificationOf = ({ version, context }: CdEvent, { subject, predicate }: CdType): Evidence => {
  const { schemaUri } = context;
  if (isHttps(schemaUri)) return { type: 'other', url: schemaUri, title: 'schema of the CDEvent' };
  const release = version !== undefined && /^\d+\.\d+\.\d+$/.test(version) ? version : '0.4.1';
  const url = `https://cdevents.dev/${release}/schema/${subject}-${predicate}-event`;
  return { type: 'other', url, title: 'schema of the CDEvent' };
};

/** A chain is the sender's own group. */
const correlationOf = ({ context, content, subjectId }: CdEvent, { subject }: CdType): Section | undefined => {
  const correlation: Section = {};
  setIf(correlation, 'correlationId', textOf(context['chainId'], 256));
  setIf(correlation, 'causationId', causeOf(context['links']));
  const keys: Section = {};
  const name = KEY_OF[subject];
  if (name !== undefined) setIf(keys, name, textOf(subjectId, 256));
  const repository = isFields(content['repository']) ? content['repository']['id'] : undefined;
  if (subject === 'change' && fits(repository, 128))
    setIf(keys, 'pullRequest', textOf(`${repository}#${subjectId}`, 256));
  setIf(keys, 'artifactDigest', purlOf(content['artifactId'] ?? subjectId)?.digest);
  setIf(correlation, 'businessKeys', orNothing(keys));
  return orNothing(correlation);
};

/** A link of the type PATH names the event that this one follows. */
const causeOf = (links: unknown): string | undefined => {
  if (!Array.isArray(links)) return undefined;
  const path: unknown = links.find((link) => isFields(link) && link['linkType'] === 'PATH');
  const from = isFields(path) ? path['from'] : undefined;
  return isFields(from) ? textOf(from['contextId'], 256) : undefined;
};

const KEY_OF: Readonly<Record<string, string>> = {
  incident: 'incidentId',
  ticket: 'ticketId',
  pipelinerun: 'workflowRun',
};

/** What has no place elsewhere in words of its own: the subject whole, and of the context what is left. */
const dataOf = ({ subject, context, customData }: CdEvent): Section => {
  const { id: _id, source: _source, type: _type, timestamp: _time, version: _v, specversion: _s, ...rest } = context;
  const data: Section = { subject };
  if (Object.keys(rest).length > 0) data['context'] = rest;
  if (customData !== undefined && customData !== null) data['customData'] = customData;
  return data;
};

const rawEventOf = (
  content: Section,
  { id, source }: CdEvent,
  context: MappingContext,
  warnings: readonly Warning[] | undefined,
): RawEvent => ({
  content,
  source: rawSourceOf('cdevents', context),
  identity: { name: source, id },
  receivedAt: context.receivedAt,
  rawSize: context.rawSize,
  ...(warnings !== undefined && { warnings }),
});
