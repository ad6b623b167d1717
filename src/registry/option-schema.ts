// A plugin's options as JSON Schema: what the checks of keys, the docs, the editors and the masking of secrets walk.
import { z } from 'zod';

export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly patternProperties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly propertyNames?: JsonSchema;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  /** Set by the SDK's `secret()`. */
  readonly secret?: boolean;
  /** Set by the SDK's `duration()` and `size()`. */
  readonly quantity?: 'duration' | 'size';
  readonly [keyword: string]: unknown;
}

const schemas = new WeakMap<z.ZodType, JsonSchema>();

/** What users write for it, with defaults as they would write them. */
export const optionSchema = (config: z.ZodType): JsonSchema => {
  const known = schemas.get(config);
  if (known !== undefined) return known;
  const { $schema: _, ...made } = z.toJSONSchema(config, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const { def } = zodSchema._zod;
      // zod leaves out a default that is given in the output's form.
      if (def.type === 'default') jsonSchema.default ??= writtenDefault(jsonSchema as JsonSchema, def.defaultValue);
      // Bounds that zod adds to every whole number tell a reader nothing.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  }) as JsonSchema;
  schemas.set(config, made);
  return made;
};

const writtenDefault = ({ quantity }: JsonSchema, value: unknown): unknown =>
  quantity !== undefined && typeof value === 'number' ? formatQuantity(quantity, value) : value;

const UNITS = {
  size: [
    ['GiB', 1024 ** 3],
    ['MiB', 1024 ** 2],
    ['KiB', 1024],
    ['B', 1],
  ],
  duration: [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
    ['ms', 1],
  ],
} as const;

/** `10MiB`, `5s`: in the largest unit of which it is a whole number. */
export const formatQuantity = (quantity: 'duration' | 'size', value: number): string => {
  const [unit, scale] = UNITS[quantity].find(([, per]) => value >= per && value % per === 0) ?? ['', 1];
  return value === 0 ? (quantity === 'size' ? '0B' : '0s') : `${value / scale}${unit}`;
};

/** The forms that a value may have: the schema itself, or the members of its union. */
export const formsOf = (schema: JsonSchema): readonly JsonSchema[] => {
  const members = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  return members === undefined ? [schema] : members.flatMap(formsOf);
};
