// The options whose values are compiled while the configuration is checked, so that what is wrong has a line there.
import { closest } from 'fastest-levenshtein';
import { limitsOf, type Limits } from '../../../src/event/check/limits.ts';
import { ACTION_PATTERN, nativeEvent } from '../../../src/event/schema.ts';
import { z } from '../../../src/sdk/index.ts';
import { compileEventSchema, type SchemaCheck } from './event-schema.ts';
import { readSchema } from './read-schema.ts';

const MAX_SCHEMAS = 200;

const actionName = z.string().regex(ACTION_PATTERN, 'expected an action in lower case, e.g. invoice_sent');

/** Schemas by action, compiled. */
export const schemas = () =>
  z
    .record(actionName, z.union([z.string().min(1), z.record(z.string(), z.unknown())]))
    .refine((given) => Object.keys(given).length <= MAX_SCHEMAS, `expected at most ${MAX_SCHEMAS} schemas`)
    .default({})
    .transform((given, context) => {
      const compiled = new Map<string, SchemaCheck>();
      for (const [action, schema] of Object.entries(given)) {
        const check = compile(schema);
        if (typeof check === 'function') compiled.set(action, check);
        else context.addIssue({ code: 'custom', path: [action], message: check });
      }
      return compiled;
    })
    .describe(
      'JSON Schemas of your own (draft 2020-12) by action, over the event as sent: the path of a file, or the schema itself.',
    );

const compile = (given: Parameters<typeof readSchema>[0]): SchemaCheck | string => {
  try {
    return compileEventSchema(readSchema(given));
  } catch (error) {
    return `expected a JSON Schema (draft 2020-12) of at most 64 KiB; ${(error as Error).message}`;
  }
};

const builtIn: Limits = limitsOf(nativeEvent);

export const limits = () =>
  z
    .record(z.string(), z.int().min(1))
    .default({})
    .superRefine((given, context) => {
      for (const [path, limit] of Object.entries(given)) {
        const message = limitFault(path, limit);
        if (message !== undefined) context.addIssue({ code: 'custom', path: [path], message });
      }
    })
    .describe(
      'Limits below those built in, by field: bytes of a text (`actor.id`), entries of a list (`objects`), keys of a map, `data.depth`, `data.leaves`.',
    );

const limitFault = (path: string, limit: number): string | undefined => {
  const most = builtIn[path];
  if (most === undefined)
    return `expected a field that has a limit; did you mean "${closest(path, Object.keys(builtIn))}"?`;
  return limit > most ? `expected at most ${most}: a limit can only be lowered` : undefined;
};
