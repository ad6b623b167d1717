// What the generated docs and the editors are told of the event: made from the schema, never written by hand.
import { z } from 'zod';
import { canonicalEvent, nativeEvent } from './schema.ts';

const LIMITS = { maxBytes: 'bytes', maxKeys: 'keys', maxDepth: 'levels', maxLeaves: 'leaves' } as const;

/** JSON Schema (2020-12) of the canonical event and of the native API's body. Limits in bytes stand as `x-…` keywords. */
export const eventJsonSchema = (): { readonly canonical: object; readonly native: object } => ({
  canonical: toJsonSchema(canonicalEvent, 'CanonicalEvent'),
  native: toJsonSchema(nativeEvent, 'NativeEvent'),
});

const toJsonSchema = (schema: z.ZodType, title: string): object => ({
  ...z.toJSONSchema(schema, { io: 'input', override: ({ jsonSchema }) => nameLimits(jsonSchema) }),
  title,
});

const nameLimits = (jsonSchema: Record<string, unknown>): void => {
  for (const name of Object.keys(LIMITS)) {
    if (jsonSchema[name] === undefined) continue;
    if (name === 'maxKeys') jsonSchema['maxProperties'] = jsonSchema[name];
    else jsonSchema[`x-${name}`] = jsonSchema[name];
    delete jsonSchema[name];
  }
};

/** One line of the field table. */
export interface FieldRow {
  /** Dotted; `[]` for the entries of an array, `*` for the keys of a map. */
  readonly path: string;
  readonly type: string;
  readonly required: boolean;
  readonly limit: string;
  readonly description: string;
}

/** Every field of a schema, in the order on the wire. */
export const fieldTable = (schema: z.ZodObject = canonicalEvent): FieldRow[] => fieldsOf(schema, '');

const fieldsOf = (schema: z.core.$ZodType, prefix: string): FieldRow[] => {
  const known = schema as z.core.$ZodTypes;
  if (known._zod.def.type !== 'object') return [];
  return Object.entries(known._zod.def.shape).flatMap(([name, field]) => rowsOf(field, prefix + name));
};

const rowsOf = (field: z.core.$ZodType, path: string): FieldRow[] => {
  const inner = unwrapped(field);
  const row: FieldRow = {
    path,
    type: typeOf(inner),
    required: field._zod.optin === undefined,
    limit: limitOf(inner),
    description: metaOf(field).description ?? metaOf(inner).description ?? '',
  };
  const { def } = (inner as z.core.$ZodTypes)._zod;
  if (def.type === 'array') return [row, ...fieldsOf(def.element, `${path}[].`)];
  return [row, ...fieldsOf(inner, `${path}.`)];
};

type Meta = { readonly description?: string | undefined } & { readonly [name in keyof typeof LIMITS]?: number };
const metaOf = (schema: z.core.$ZodType): Meta => (schema as z.ZodType).meta() ?? {};

const unwrapped = (schema: z.core.$ZodType): z.core.$ZodType => {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  return def.type === 'optional' ? unwrapped(def.innerType) : schema;
};

const typeOf = (schema: z.core.$ZodType): string => {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'enum':
      return Object.values(def.entries).join(', ');
    case 'union':
      return [...new Set(def.options.map((option) => typeOf(unwrapped(option))))].join(' or ');
    case 'array':
      return `array of ${typeOf(unwrapped(def.element))}`;
    case 'record':
      return `map of ${typeOf(unwrapped(def.valueType))}`;
    case 'number':
      return (def as { format?: string }).format === 'safeint' ? 'integer' : 'number';
    case 'unknown':
      return 'anything';
    default:
      return def.type;
  }
};

const limitOf = (schema: z.core.$ZodType): string => {
  const meta = metaOf(schema);
  const names = Object.keys(LIMITS) as (keyof typeof LIMITS)[];
  const parts = names.flatMap((name) => (meta[name] === undefined ? [] : [`≤ ${meta[name]} ${LIMITS[name]}`]));
  for (const { _zod } of schema._zod.def.checks ?? []) parts.push(wordsOf(_zod.def));
  return parts.filter((part) => part !== '').join(', ');
};

const wordsOf = (def: z.core.$ZodCheckDef): string => {
  const rule = def as z.core.$ZodCheckDef & { pattern?: RegExp; value?: number; maximum?: number };
  if (rule.pattern !== undefined) return rule.pattern.source;
  if (rule.check === 'greater_than') return `≥ ${rule.value}`;
  if (rule.check === 'less_than') return `≤ ${rule.value}`;
  return rule.check === 'max_length' ? `≤ ${rule.maximum} entries` : '';
};
