// The names that the schemas give to fields: a path made of them tells nothing about a sender.
import { z } from 'zod';
import { mapPointer } from './pointer.ts';
import { canonicalEvent, nativeEvent } from './schema.ts';

let known: ReadonlySet<string> | undefined;

/** The path with every step that the schemas do not name as `*`: for what is kept where keys may not be read. */
export const schemaPath = (pointer: string): string => {
  const names = (known ??= namesIn([canonicalEvent, nativeEvent]));
  return mapPointer(pointer, (key) => (key === '' || /^\d+$/.test(key) || names.has(key) ? key : '*'));
};

const namesIn = (roots: readonly unknown[]): ReadonlySet<string> => {
  const names = new Set<string>();
  const visit = (schema: unknown): void => {
    if (schema instanceof z.ZodOptional) return visit(schema.unwrap());
    if (schema instanceof z.ZodArray) return visit(schema.element);
    if (schema instanceof z.ZodUnion) return schema.options.forEach(visit);
    if (!(schema instanceof z.ZodObject)) return;
    for (const [name, field] of Object.entries(schema.shape)) {
      names.add(name);
      visit(field);
    }
  };
  roots.forEach(visit);
  return names;
};
