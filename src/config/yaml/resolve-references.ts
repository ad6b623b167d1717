import { parseDocument, isScalar } from 'yaml';
import type { ConfigCode } from '../config-codes.ts';
import type { Report } from '../issue.ts';
import { type ConfigNode, joinPath, mapScalars, type PathPart, type Scalar, type ScalarNode } from './node.ts';
import { parseReferences, type Reference } from './references.ts';

export interface ReferenceSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Reads a file named in configuration file `from`; throws where it cannot. */
  readonly readFile: (path: string, from: string) => string;
}

interface Missing {
  readonly code: ConfigCode;
  readonly missing: string;
}

/** Replaces the references in the scalars of a tree. What they give is never searched for references again. */
export const resolveReferences = (root: ConfigNode, sources: ReferenceSources, report: Report): ConfigNode =>
  mapScalars(root, (scalar, path) =>
    typeof scalar.value === 'string' && scalar.value.includes('$')
      ? resolveScalar(scalar, scalar.value, path, sources, report)
      : scalar,
  );

const resolveScalar = (
  scalar: ScalarNode,
  value: string,
  path: readonly PathPart[],
  sources: ReferenceSources,
  report: Report,
): ScalarNode => {
  const at = { place: scalar.place, path: joinPath(path) };
  const parts = parseReferences(value);
  if ('message' in parts) {
    report(at, { code: 'CONFIG_REFERENCE_SYNTAX', message: parts.message, suggestion: parts.suggestion });
    return scalar;
  }
  const texts = parts.map((part) => (typeof part === 'string' ? part : lookUp(part, scalar.place.file, sources)));
  for (const text of texts) if (typeof text !== 'string') report(at, { code: text.code, message: text.missing });
  const text = texts.filter((found) => typeof found === 'string').join('');
  const references = parts.filter((part) => typeof part !== 'string');
  if (references.length === 0) return { ...scalar, value: text };
  const from = references.map(({ source, name }) => `${source}:${name}`).join(', ');
  const isWhole = parts.length === 1;
  return { ...scalar, value: isWhole ? typed(text) : text, resolved: { from, text } };
};

const lookUp = (reference: Reference, file: string, { env, readFile }: ReferenceSources): string | Missing => {
  if (reference.source === 'file') return lookUpFile(reference.name, file, readFile);
  const { name, otherwise, demand } = reference;
  const found = env[name];
  // As in a shell: with `:-` and `:?`, an empty variable is none.
  if (otherwise !== undefined) return found === undefined || found === '' ? otherwise : found;
  if (demand !== undefined && found === '') return { code: 'CONFIG_ENV_MISSING', missing: missingText(name, demand) };
  return found ?? { code: 'CONFIG_ENV_MISSING', missing: missingText(name, demand ?? '') };
};

const missingText = (name: string, demand: string): string =>
  `environment variable ${name} is not set${demand === '' ? '' : `: ${demand}`}`;

const lookUpFile = (path: string, from: string, readFile: ReferenceSources['readFile']): string | Missing => {
  try {
    return readFile(path, from).replace(/\r?\n$/, '');
  } catch {
    return { code: 'CONFIG_FILE_MISSING', missing: `file ${path} cannot be read` };
  }
};

/** What a plain YAML scalar of this text is; anything else stays text. */
const typed = (text: string): Scalar => {
  if (text === '') return null;
  const document = parseDocument(text, { prettyErrors: false });
  const { contents } = document;
  const isPlain = document.errors.length === 0 && isScalar(contents) && contents.type === 'PLAIN';
  const value = isPlain ? contents.value : text;
  return typeof value === 'number' || typeof value === 'boolean' || value === null ? value : text;
};
