import type { z } from 'zod';

/** What a schema asks beyond its type, read from zod's own checks and from the metadata in `schema.ts`. */
export interface Rules {
  readonly maxBytes: number;
  readonly patterns: readonly RegExp[];
  readonly integer: boolean;
  readonly minimum: number;
  readonly maximum: number;
  readonly maxItems: number;
  readonly maxKeys: number;
  readonly maxDepth: number;
  readonly maxLeaves: number;
}

type Part = Partial<Rules>;

/** Throws for a check that it does not know: a rule of the schema must never be silently left out. */
export const rulesOf = (schema: z.core.$ZodType): Rules => {
  const found: Part[] = (schema._zod.def.checks ?? []).map((check) => ruleOf(check._zod.def));
  return {
    maxBytes: metaOf(schema, 'maxBytes'),
    patterns: found.flatMap(({ patterns }) => patterns ?? []),
    integer: isInteger(schema),
    minimum: Math.max(-Infinity, ...found.map(({ minimum }) => minimum ?? -Infinity)),
    maximum: Math.min(Infinity, ...found.map(({ maximum }) => maximum ?? Infinity)),
    maxItems: Math.min(Infinity, ...found.map(({ maxItems }) => maxItems ?? Infinity)),
    maxKeys: metaOf(schema, 'maxKeys'),
    maxDepth: metaOf(schema, 'maxDepth'),
    maxLeaves: metaOf(schema, 'maxLeaves'),
  };
};

const ruleOf = (def: z.core.$ZodCheckDef): Part => {
  const rule = def as z.core.$ZodCheckDef & { pattern?: RegExp; value?: number; inclusive?: boolean; maximum?: number };
  if (rule.check === 'string_format' && rule.pattern !== undefined) return { patterns: [rule.pattern] };
  if (rule.check === 'greater_than' && rule.inclusive === true) return { minimum: Number(rule.value) };
  if (rule.check === 'less_than' && rule.inclusive === true) return { maximum: Number(rule.value) };
  if (rule.check === 'max_length') return { maxItems: Number(rule.maximum) };
  throw new TypeError(`the event schema uses a check that is not compiled: ${rule.check}`);
};

const isInteger = (schema: z.core.$ZodType): boolean => {
  const { format } = schema._zod.def as { format?: string };
  return format === 'safeint';
};

const metaOf = (schema: z.core.$ZodType, name: string): number => {
  const value = (schema as z.ZodType).meta()?.[name];
  return typeof value === 'number' ? value : Infinity;
};
