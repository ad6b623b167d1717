// Whose message it is: who may publish to a subject is decided by the NATS server, so the subject is the credential.
import { TENANT_PATTERN } from '../../../src/event/schema.ts';

const TENANT = '{tenant}';
const TOKEN = /^(\{tenant\}|\*|[^\s.*>{}]+)$/;

/** Tokens by dots: words, `*`, `{tenant}` once, and `>` at the end where it may stand. */
export const isSubjectPattern = (text: string): boolean => {
  const tokens = text.split('.');
  if (tokens.at(-1) === '>') tokens.pop();
  return tokens.every((token) => TOKEN.test(token)) && tokens.filter((token) => token === TENANT).length === 1;
};

/** The subjects that a pattern stands for, as NATS writes them. */
export const filterOf = (pattern: string): string => pattern.replace(TENANT, '*');

export type TenantOf = (subject: string) => string | undefined;

/** Undefined: the subject does not match, or names what cannot be a tenant. */
export const compileTenantOf = (pattern: string): TenantOf => {
  const expected = pattern.split('.');
  const isOpen = expected.at(-1) === '>';
  if (isOpen) expected.pop();
  const position = expected.indexOf(TENANT);
  return (subject) => {
    const tokens = subject.split('.');
    if (isOpen ? tokens.length <= expected.length : tokens.length !== expected.length) return undefined;
    const matches = expected.every((word, i) => word === '*' || word === TENANT || word === tokens[i]);
    const tenant = matches ? tokens[position]!.replaceAll('%2E', '.') : '';
    return TENANT_PATTERN.test(tenant) ? tenant : undefined;
  };
};
