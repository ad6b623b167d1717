import type { Warning } from '../../../src/event/schema.ts';

/** What is found on the way through one event, beside its fields. */
export interface Notes {
  warnings: Warning[] | undefined;
  /** Fields without a place in the schema, by dotted path. */
  strays: [path: string, value: unknown][] | undefined;
}

export const warn = (notes: Notes, code: string, path: string, detail?: string): void => {
  (notes.warnings ??= []).push(detail === undefined ? { code, path } : { code, path, detail });
};

export const addStray = (notes: Notes, path: string, value: unknown): void => {
  (notes.strays ??= []).push([path, value]);
};
