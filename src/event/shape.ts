// Brings a typed section into the schema's key order, and sets apart what the schema does not know.
import type { z } from 'zod';

type Fields = Readonly<Record<string, unknown>>;
/** Takes a field that has no place in its section; `path` is dotted, e.g. `actor.department`. */
export type TakeStray = (path: string, value: unknown) => void;

/** A section as the schema has it: the value itself where it already is so. */
export type Shape = (value: unknown, path: string, takeStray: TakeStray) => unknown;

interface Field {
  readonly name: string;
  readonly rank: number;
  readonly part: Part | undefined;
}
interface Part {
  isTidy(value: unknown): boolean;
  readonly tidy: Shape;
}

export const compileShape = (schema: z.core.$ZodType): Shape => {
  const part = partOf(schema);
  if (part === undefined) throw new TypeError('compileShape: neither an object nor an array of objects');
  return (value, path, takeStray) => (part.isTidy(value) ? value : part.tidy(value, path, takeStray));
};

const partOf = (schema: z.core.$ZodType): Part | undefined => {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'optional':
      return partOf(def.innerType);
    case 'object':
      return objectPart(def.shape);
    case 'array':
      return arrayPart(partOf(def.element));
    case 'union':
      return def.options.map(partOf).find((part) => part !== undefined);
    default:
      return undefined;
  }
};

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const objectPart = (shape: Readonly<Record<string, z.core.$ZodType>>): Part => {
  const fields = new Map(
    Object.entries(shape).map(([name, schema], rank): [string, Field] => [name, { name, rank, part: partOf(schema) }]),
  );
  return {
    isTidy: (value) => {
      if (!isFields(value)) return true;
      let last = -1;
      for (const key in value) {
        const field = fields.get(key);
        if (field === undefined || field.rank < last || field.part?.isTidy(value[key]) === false) return false;
        last = field.rank;
      }
      return true;
    },
    tidy: (value, path, takeStray) => {
      if (!isFields(value)) return value;
      for (const key of Object.keys(value).toSorted())
        if (!fields.has(key) && value[key] !== undefined) takeStray(`${path}.${key}`, value[key]);
      const tidied: Record<string, unknown> = {};
      for (const { name, part } of fields.values()) {
        const field = value[name];
        if (field !== undefined) tidied[name] = part?.tidy(field, `${path}.${name}`, takeStray) ?? field;
      }
      return tidied;
    },
  };
};

const arrayPart = (element: Part | undefined): Part | undefined => {
  if (element === undefined) return undefined;
  return {
    isTidy: (value) => !Array.isArray(value) || value.every((item) => element.isTidy(item)),
    tidy: (value, path, takeStray) =>
      Array.isArray(value) ? value.map((item, i) => element.tidy(item, `${path}.${i}`, takeStray)) : value,
  };
};
