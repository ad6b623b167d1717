import { formsOf, type JsonSchema } from './option-schema.ts';

/** One option, as `components` and the docs print it. */
export interface OptionRow {
  /** Dotted; `[]` after a list's name, `<name>` for a key of the user's own. */
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  /** As it would be written. */
  readonly default?: string;
  readonly description: string;
}

/** The options of a schema and of all that is nested in it, in their order. */
export const optionRows = (schema: JsonSchema, prefix = ''): readonly OptionRow[] =>
  Object.entries(schema.properties ?? {}).flatMap(([key, option]) => {
    const name = prefix + key;
    return [rowOf(name, option, schema.required?.includes(key) ?? false), ...nestedRows(name, option)];
  });

const rowOf = (name: string, option: JsonSchema, required: boolean): OptionRow => {
  const isSection = typeof option.default === 'object' && Object.keys(option.default ?? {}).length === 0;
  const isShown = option.default !== undefined && (!isSection || Array.isArray(option.default));
  return {
    name,
    type: typeOf(option),
    // zod asks for what has a default only in its output.
    required: required && option.default === undefined,
    ...(isShown ? { default: textOf(option.default) } : {}),
    description: option.description ?? '',
  };
};

/** As YAML would have it. */
const textOf = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(textOf).join(', ')}]`;
  return typeof value === 'string' ? value : JSON.stringify(value);
};

/** Each name once, also where several forms of a union have it. */
const nestedRows = (name: string, option: JsonSchema): readonly OptionRow[] => {
  const rows = formsOf(option).flatMap((form) => [
    ...optionRows(form, `${name}.`),
    ...(form.items === undefined ? [] : formsOf(form.items).flatMap((item) => optionRows(item, `${name}[].`))),
    ...(typeof form.additionalProperties === 'object' ? optionRows(form.additionalProperties, `${name}.<name>.`) : []),
  ]);
  return [...new Map(rows.map((row) => [row.name, row])).values()];
};

/** `size`, `text`, `file | none`, `list of text`. */
const typeOf = (schema: JsonSchema): string => {
  const forms = formsOf(schema);
  if (forms.length > 1) return [...new Set(forms.map(typeOf))].join(' or ');
  if (schema.quantity !== undefined) return schema.quantity;
  if (schema.enum !== undefined) return schema.enum.map(String).join(' | ');
  if (schema.const !== undefined) return textOf(schema.const);
  if (schema.type === 'array') return `list of ${typeOf(schema.items ?? {})}`;
  return (
    { string: 'text', integer: 'whole number', object: 'map' }[String(schema.type)] ?? String(schema.type ?? 'any')
  );
};
