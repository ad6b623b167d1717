// ${env:NAME}, ${env:NAME:-default}, ${env:NAME:?message}, ${file:path}; $$ stands for one $.

export type Reference =
  | { readonly source: 'env'; readonly name: string; readonly otherwise?: string; readonly demand?: string }
  | { readonly source: 'file'; readonly name: string };
export type Part = string | Reference;
export interface ReferenceFault {
  /** Where in the text, from 0. */
  readonly offset: number;
  readonly message: string;
  readonly suggestion?: string;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const TOKEN = /\$\$|\$\{/g;

/** Text to literal parts and references, in order; a fault where a reference is not well formed. */
export const parseReferences = (text: string): readonly Part[] | ReferenceFault => {
  const parts: Part[] = [];
  let literal = '';
  let at = 0;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (index < at) continue;
    literal += text.slice(at, index);
    at = index + 2;
    if (token === '$$') {
      literal += '$';
      continue;
    }
    const end = text.indexOf('}', at);
    const inner = text.slice(at, end < 0 ? undefined : end);
    if (end < 0) return { offset: index, message: 'expected } after ${; write $$ for a $' };
    const reference = parseReference(inner);
    if ('message' in reference) return { ...reference, offset: index };
    if (literal !== '') parts.push(literal);
    literal = '';
    parts.push(reference);
    at = end + 1;
  }
  literal += text.slice(at);
  return literal === '' && parts.length > 0 ? parts : [...parts, literal];
};

const UNKNOWN = 'expected ${env:NAME} or ${file:path}; write $$ for a $';

const parseReference = (inner: string): Reference | Omit<ReferenceFault, 'offset'> => {
  if (inner.includes('${')) return { message: 'a reference within a reference is not replaced; give one of them' };
  const [, source, rest = ''] = /^(env|file):(.*)$/s.exec(inner) ?? [];
  if (source === 'file') return rest.trim() === '' ? { message: UNKNOWN } : { source, name: rest };
  if (source !== 'env') {
    return { message: UNKNOWN, ...(NAME.test(inner) ? { suggestion: `\${env:${inner}}` } : {}) };
  }
  const [, name = '', operator, tail = ''] = /^([^:]*)(?::([-?])(.*))?$/s.exec(rest) ?? [];
  if (!NAME.test(name)) return { message: UNKNOWN };
  if (operator === '-') return { source, name, otherwise: tail };
  return operator === '?' ? { source, name, demand: tail } : { source, name };
};
