// What a resource and its scope say of all their records.
import type { Warning } from '../../event/schema.ts';
import { keep, type Surroundings } from './draft.ts';
import { fits } from './facts.ts';
import { fill, type Section, setIf } from './sections.ts';
import { type Attributes, isRawJson, type OtlpResource, type OtlpScope, type OtlpValue } from './decode/request.ts';

/** Resource attributes that name the service; where two name one field, the current name goes first. */
const SERVICE_FIELDS: readonly (readonly [key: string, field: string, maxBytes: number])[] = [
  ['service.name', 'name', 255],
  ['service.namespace', 'namespace', 255],
  ['service.version', 'version', 128],
  ['service.instance.id', 'instanceId', 255],
  ['deployment.environment.name', 'environment', 128],
  ['deployment.environment', 'environment', 128],
];

const ATTRIBUTES: ReadonlyMap<string, string> = new Map(
  SERVICE_FIELDS.toReversed().map(([key, field]): [string, string] => [field, key]),
);
const SERVICE_KEYS: ReadonlySet<string> = new Set(SERVICE_FIELDS.map(([key]) => key));

/** The current name of the resource attribute that a field of `service` comes from. */
export const serviceAttribute = (field: string): string | undefined => ATTRIBUTES.get(field);
export const isServiceAttribute = (key: string): boolean => SERVICE_KEYS.has(key);

export const surroundingsOf = (resource: OtlpResource, scope: OtlpScope): Surroundings => {
  const rest = asMap(resource.attributes);
  const service = takeService(rest);
  const warnings = warningsOf(resource, scope, service);
  service['name'] ??= 'unknown_service';
  const extras = extrasOf(rest, scope);
  return {
    warnings,
    environment: service['environment'],
    addTo: (draft) => {
      const { content } = draft;
      if (content['service'] === undefined) content['service'] = { ...service };
      else if (content['service'] === null) delete content['service'];
      else fill(content, 'service', fillService, service);
      for (const [key, value] of extras) keep(draft, key, copyOf(value));
    },
  };
};

const fillService = (own: Section, service: Section): void => {
  for (const field in service) setIf(own, field, service[field]);
};

const asMap = ({ keys, values }: Attributes): Map<string, OtlpValue> =>
  new Map(keys.map((key, i) => [key, values[i]!]));

const takeService = (attributes: Map<string, OtlpValue>): Record<string, string> => {
  const service: Record<string, string> = {};
  for (const [key, field, maxBytes] of SERVICE_FIELDS) {
    const value = attributes.get(key);
    if (!isScalar(value) || field in service) continue;
    const text = String(value);
    if (text === '' || !fits(text, maxBytes)) continue;
    service[field] = text;
    attributes.delete(key);
  }
  return service;
};

const isScalar = (value: OtlpValue | undefined): value is string | number | boolean =>
  value !== undefined && value !== null && typeof value !== 'object';

const extrasOf = (resource: ReadonlyMap<string, OtlpValue>, scope: OtlpScope): [string, OtlpValue][] => {
  const extras: [string, OtlpValue][] = [];
  for (const [key, value] of resource) extras.push([`resource.${key}`, value]);
  if (scope.name !== '') extras.push(['otel.scope.name', scope.name]);
  if (scope.version !== '') extras.push(['otel.scope.version', scope.version]);
  for (const [key, value] of asMap(scope.attributes)) extras.push([`otel.scope.${key}`, value]);
  return extras;
};

const warningsOf = (resource: OtlpResource, scope: OtlpScope, service: Readonly<Record<string, string>>): Warning[] => [
  ...(service['name'] === undefined ? [{ code: 'service_name_missing', path: '/service/name' }] : []),
  ...(resource.droppedAttributesCount > 0 ? [{ code: 'resource_attributes_dropped', path: '/attributes' }] : []),
  ...(scope.droppedAttributesCount > 0 ? [{ code: 'scope_attributes_dropped', path: '/attributes' }] : []),
];

const copyOf = (value: OtlpValue): OtlpValue => {
  if (typeof value !== 'object' || value === null || isRawJson(value)) return value;
  if (Array.isArray(value)) return value.map(copyOf);
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, copyOf(entry as OtlpValue)]));
};
