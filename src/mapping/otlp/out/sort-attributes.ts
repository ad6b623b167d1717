// An event's attributes to the places from which `mapLog` gathers them: those that came from a resource or a scope go back
// to one, and those whose names would be read as another field are set apart.
import type { CanonicalEvent } from '../../../event/schema.ts';
import { isFactKey } from '../facts.ts';
import { isNativeKey } from '../native-path.ts';
import { isServiceAttribute } from '../surroundings.ts';
import { withoutQuery } from '../url.ts';

export interface OtlpScopeJson {
  readonly name?: string;
  readonly version?: string;
}

type Attributes = Record<string, unknown>;
interface Sorted {
  readonly resource: Attributes;
  readonly scope: OtlpScopeJson;
  readonly flat: Attributes;
}

/** Of `activity.attributes` each entry is an attribute, whatever its name. */
export const SET_APART = 'activity.attributes';

export const sortAttributes = (event: CanonicalEvent): Sorted => {
  const { attributes } = event;
  const resource: Attributes = {};
  const scope: { name?: string; version?: string } = {};
  const flat: Attributes = {};
  let apart: Attributes | undefined;
  if (attributes !== undefined && Object.keys(attributes).length === 0) apart = {};
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (isOfResource(key)) resource[key.slice(RESOURCE.length)] = value;
    else if (key === 'otel.scope.name' && isName(value)) scope.name = value;
    else if (key === 'otel.scope.version' && isName(value)) scope.version = value;
    else if ((isFactKey(key) && !isSettled(key, value, event)) || isNativeKey(key) || key.startsWith(RESOURCE))
      (apart ??= {})[key] = value;
    else flat[key] = value;
  }
  if (apart !== undefined) flat[SET_APART] = apart;
  return { resource, scope, flat };
};

/** May it be read on return, because the event already has what is concluded from it? */
const isSettled = (
  key: string,
  value: unknown,
  { category, request, object, correlation }: CanonicalEvent,
): boolean => {
  switch (key) {
    case 'rpc.service':
    case 'rpc.method':
      return request?.path !== undefined;
    case 'url.full':
    case 'http.url':
      return request?.path !== undefined && typeof value === 'string' && withoutQuery(value) === value;
    case 'feature_flag.key':
    case 'messaging.destination.name':
    case 'messaging.destination':
      return object !== undefined || category === 'business';
    case 'messaging.message.id':
    case 'messaging.message_id':
      return correlation.businessKeys?.['messageId'] !== undefined;
    default:
      return false;
  }
};

const RESOURCE = 'resource.';
const isOfResource = (key: string): boolean => {
  const name = key.startsWith(RESOURCE) ? key.slice(RESOURCE.length) : '__proto__';
  return name !== '__proto__' && !isServiceAttribute(name);
};
const isName = (value: unknown): value is string => typeof value === 'string' && value !== '';
