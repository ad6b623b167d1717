// The whole configuration as JSON Schema, made of the plugins' and the engine's own parts.
import type { Plugin } from '../sdk/index.ts';
import { type JsonSchema, optionSchema } from '../registry/option-schema.ts';
import type { Registry } from '../registry/registry.ts';
import { deliverySection, pluginsSection, serviceSection, tenantsSection } from './check/sections.ts';

export const SECTIONS = {
  receivers: 'receiver',
  processors: 'processor',
  exporters: 'exporter',
  extensions: 'extension',
} as const;
export type Section = keyof typeof SECTIONS;
export const SECTION_NAMES = Object.keys(SECTIONS) as Section[];

const SECTION_WORDS: Readonly<Record<Section, string>> = {
  receivers: 'Where events come from.',
  processors: 'What is done to them.',
  exporters: 'Where they go.',
  extensions: 'What runs beside the pipelines.',
};

/** A component's section: the plugin's options, and in an exporter's the engine's. */
export const componentSchema = (plugin: Plugin): JsonSchema => {
  const own = optionSchema(plugin.config);
  if (plugin.kind !== 'exporter') return own;
  const engine = optionSchema(deliverySection);
  return { ...own, properties: { ...own.properties, ...engine.properties } };
};

const sectionSchema = (section: Section, registry: Registry): JsonSchema => ({
  description: `${SECTION_WORDS[section]} Each has the id type or type/name.`,
  type: 'object',
  patternProperties: Object.fromEntries(
    registry
      .list(SECTIONS[section])
      .map((plugin) => [
        `^${plugin.type}(/[A-Za-z0-9_-]+)?$`,
        { description: plugin.summary, ...orNothing(componentSchema(plugin)) },
      ]),
  ),
  additionalProperties: false,
});

/** `validate:` with nothing behind it has its defaults. */
const orNothing = (schema: JsonSchema): JsonSchema =>
  (schema.required ?? []).length > 0 ? schema : { anyOf: [schema, { type: 'null' }] };

const withSections = (sections: Readonly<Record<string, JsonSchema>>): JsonSchema => ({
  type: 'object',
  properties: {
    plugins: {
      description: 'Plugins beside the built-in ones: a file that starts with ./, ../ or /, or an npm package.',
      ...optionSchema(pluginsSection),
    },
    ...sections,
    tenants: { description: 'Who may send and read, and by which keys.', ...optionSchema(tenantsSection) },
    service: { description: 'What runs, and how it is wired.', ...optionSchema(serviceSection) },
  },
  required: ['receivers', 'exporters', 'service'],
  additionalProperties: false,
});

export const configSchema = (registry: Registry): JsonSchema =>
  withSections(Object.fromEntries(SECTION_NAMES.map((section) => [section, sectionSchema(section, registry)])));

/** The same without the components, whose ids and options are checked by themselves. */
export const frameSchema = (): JsonSchema =>
  withSections(Object.fromEntries(SECTION_NAMES.map((section) => [section, { additionalProperties: true }])));

const REFERENCE = '#/$defs/reference';

/** For editors: what is not text may be a reference instead. */
export const editorSchema = (registry: Registry): JsonSchema => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Betalogs Collector configuration',
  ...allowReferences(configSchema(registry)),
  $defs: {
    reference: {
      description: 'Replaced when the configuration is read.',
      type: 'string',
      pattern: String.raw`\$\{(env|file):[^}]+\}`,
    },
  },
});

const mapValues = (record: Readonly<Record<string, JsonSchema>>): Record<string, JsonSchema> =>
  Object.fromEntries(Object.entries(record).map(([key, schema]) => [key, allowReferences(schema)]));

const allowReferences = (schema: JsonSchema): JsonSchema => {
  if (isConstrained(schema)) {
    const { description, default: otherwise, ...form } = schema;
    return {
      ...(description === undefined ? {} : { description }),
      ...(otherwise === undefined ? {} : { default: otherwise }),
      anyOf: [form, { $ref: REFERENCE }],
    };
  }
  return {
    ...schema,
    ...(schema.properties && { properties: mapValues(schema.properties) }),
    ...(schema.patternProperties && { patternProperties: mapValues(schema.patternProperties) }),
    ...(typeof schema.additionalProperties === 'object' && {
      additionalProperties: allowReferences(schema.additionalProperties),
    }),
    ...(schema.items && { items: allowReferences(schema.items) }),
    ...(schema.anyOf && { anyOf: schema.anyOf.map(allowReferences) }),
    ...(schema.oneOf && { oneOf: schema.oneOf.map(allowReferences) }),
  };
};

/** A scalar that is not simply text. */
const isConstrained = ({ type, pattern, enum: values, const: value }: JsonSchema): boolean =>
  ['number', 'integer', 'boolean'].includes(String(type)) ||
  (type === 'string' && (pattern !== undefined || values !== undefined || value !== undefined));
