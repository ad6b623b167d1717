// The subject of an event's message.
import type { Category } from '../../../src/event/schema.ts';

const PLACEHOLDER = /\{(tenant|category)\}/g;
const TOKEN = /^(\{tenant\}|\{category\}|[^\s.*>{}]+)$/;

/** Tokens by dots; each a word, `{tenant}` or `{category}`. The tenant must be in it: workers know it from there. */
export const isSubject = (text: string): boolean => {
  const tokens = text.split('.');
  return tokens.every((token) => TOKEN.test(token)) && tokens.filter((token) => token === '{tenant}').length === 1;
};

/** A dot within a tenant's id would part it into two tokens; no id holds a per cent sign. */
const tokenOf = (tenant: string): string => tenant.replaceAll('.', '%2E');

export type SubjectOf = (tenant: string, category: Category) => string;

export const compileSubject =
  (template: string): SubjectOf =>
  (tenant, category) =>
    template.replaceAll(PLACEHOLDER, (_, name: string) => (name === 'tenant' ? tokenOf(tenant) : category));
