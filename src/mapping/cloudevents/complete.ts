// The sections that a category asks for, from what the envelope says where the payload does not say it.
import { toSnakeCase } from '../snake-case.ts';
import { type Fields, isFields } from '../../event/fields.ts';
import type { Category } from '../../event/schema.ts';
import type { Envelope } from './envelope.ts';
import { type Draft, keep } from './extensions.ts';
import { fits, isHttps, isText, own, type Section, textOf } from './fields.ts';
import { nounOf } from './type-name.ts';

/** An event about something is business, another is what a service did. */
export const defaultCategory = ({ content }: Draft, { subject }: Envelope): Category =>
  subject !== undefined || content['object'] !== undefined ? 'business' : 'system';

export const completeSections = (draft: Draft, envelope: Envelope, category: Category): void => {
  const { content } = draft;
  addObject(draft, envelope, category);
  if (content['service'] === undefined && fits(envelope.source, 255)) content['service'] = { name: envelope.source };
  if (category === 'business' || category === 'security') content['actor'] ??= { id: 'unknown', type: 'unknown' };
  // What it violated is for `normalize` to derive; the section is asked for.
  if (category === 'security') content['security'] ??= {};
  if (category === 'delivery') completeDelivery(draft, envelope);
};

const OBJECT_TYPES = ['order', 'checkout', 'payment', 'invoice', 'subscription', 'ticket'];

const addObject = (draft: Draft, { subject }: Envelope, category: Category): void => {
  const { content } = draft;
  const type = nounOf(String(content['action']));
  if (content['object'] === undefined && fits(subject, 256)) {
    content['object'] = { type, id: subject, ...(isHttps(subject) && { url: subject }) };
    return;
  }
  if (subject !== undefined && own(fieldsOf(content['object']), 'id') !== subject) keep(draft, 'subject', subject);
  if (content['object'] === undefined && category === 'business') addNamedObject(draft, type);
};

/** `orderId`, `order_id`, or `id` of what the action is done to. */
const addNamedObject = ({ content, data }: Draft, noun: string): void => {
  const payload = fieldsOf(data ?? content['data']);
  for (const type of [noun, ...OBJECT_TYPES]) {
    const id = idOf(own(payload, `${type}Id`) ?? own(payload, `${type}_id`) ?? (type === noun && own(payload, 'id')));
    if (id === undefined) continue;
    content['object'] = { type, id };
    return;
  }
};

const idOf = (value: unknown): string | undefined => textOf(Number.isSafeInteger(value) ? String(value) : value, 256);

const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});

const DEPLOYMENTS: ReadonlySet<unknown> = new Set(['deploy_completed', 'rollback_initiated']);

const completeDelivery = (draft: Draft, { source, subject, id }: Envelope): void => {
  const { content } = draft;
  const payload = fieldsOf(draft.data ?? content['data']);
  if (DEPLOYMENTS.has(content['action']) && content['deployment'] === undefined)
    addDeployment(content, payload, subject ?? id);
  const url = [payload['url'], payload['html_url'], payload['uri'], source].find(isHttps);
  const object = fieldsOf(content['object']);
  const deployment = fieldsOf(content['deployment']);
  if (content['evidence'] !== undefined || url === undefined || isHttps(object['url']) || isHttps(deployment['url']))
    return;
  content['evidence'] = [{ type: 'other', url }];
};

/** A deployment that the payload tells in plain fields. Without an environment it is none: `validate` says so. */
const addDeployment = (content: Section, payload: Fields, id: string): void => {
  const environment = textOf(payload['environment'], 128);
  if (environment === undefined) return;
  const status = isText(payload['status']) ? toSnakeCase(payload['status']).slice(0, 64) : 'success';
  const named = idOf(payload['deploymentId'] ?? payload['deployment_id']) ?? textOf(id, 256);
  if (named === undefined) return;
  const version = textOf(payload['version'], 128);
  content['deployment'] = { id: named, environment, status, ...(version !== undefined && { version }) };
};
