import type { z } from 'zod';
import { type ConfigCode, isConfigCode } from '../config-codes.ts';
import type { Finding, Report } from '../issue.ts';
import { nearest } from '../nearest.ts';
import { type ConfigNode, locate, type Located, type PathPart, toValue } from '../yaml/node.ts';
import { oneOf, plainMessage } from './plain-message.ts';

type Issue = z.core.$ZodIssue;

export interface Part {
  readonly root: ConfigNode;
  /** Where the part is in `root`. */
  readonly path: readonly PathPart[];
  /** What is parsed, where it is not the whole of what is there. */
  readonly node?: ConfigNode;
}

/** Parses a part of the tree. Undefined where something is wrong with it. */
export const checkValues = <Schema extends z.ZodType>(
  schema: Schema,
  part: Part,
  report: Report,
): z.output<Schema> | undefined => {
  const node = part.node ?? locate(part.root, part.path).node;
  const parsed = parse(schema, node);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues.flatMap((found) => branchOf(found))) {
    const at = locate(part.root, [...part.path, ...toParts(issue.path)]);
    report(at, findingOf(issue, at));
  }
  return undefined;
};

/** A reference's value is typed as YAML types it; where text is wanted, `${env:PIN}` with 0042 is the text 0042. */
const parse = <Schema extends z.ZodType>(
  schema: Schema,
  node: ConfigNode | undefined,
): z.ZodSafeParseResult<z.output<Schema>> => {
  if (node === undefined) return schema.safeParse(undefined, { error: plainMessage });
  const first = schema.safeParse(toValue(node), { error: plainMessage });
  if (first.success) return first;
  const asText = first.error.issues
    .flatMap((issue) => wantsText(issue))
    .map((path) => locate(node, path).node)
    .filter((found) => found?.kind === 'scalar' && found.resolved !== undefined);
  if (asText.length === 0) return first;
  return schema.safeParse(toValue(node, new Set(asText as ConfigNode[])), { error: plainMessage });
};

const wantsText = (issue: Issue): PathPart[][] => {
  if (issue.code === 'invalid_union') {
    return issue.errors.flat().flatMap((inner) => wantsText({ ...inner, path: [...issue.path, ...inner.path] }));
  }
  const isText = issue.code === 'invalid_type' ? issue.expected === 'string' : issue.code === 'invalid_value';
  return isText ? [toParts(issue.path)] : [];
};

/** Of a union's failures those of the branch that was meant: the one whose type fits, and of these the one that got furthest. */
const branchOf = (issue: Issue): readonly Issue[] => {
  if (issue.code === 'invalid_key' || issue.code === 'invalid_element') {
    return issue.issues.map((inner) => ({ ...inner, path: issue.path }));
  }
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue];
  const branches = issue.errors.map((branch) => branch.flatMap((inner) => branchOf(inner)));
  const fitting = branches.filter((branch) => !branch.some(isWrongType));
  const [meant] = fitting.toSorted((a, b) => depthOf(b) - depthOf(a) || a.length - b.length);
  if (meant !== undefined) return meant.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
  return [{ ...issue, code: 'custom', message: eitherOf(branches.flat()) }];
};

const depthOf = (issues: readonly Issue[]): number => Math.min(...issues.map(({ path }) => path.length));
const isWrongType = ({ code, path }: Issue): boolean => code === 'invalid_type' && path.length === 0;

/** `expected text or a list, found a map`. */
const eitherOf = (issues: readonly Issue[]): string => {
  const messages = issues.filter(isWrongType).map(({ message }) => /^expected (.*), found (.*)$/.exec(message));
  const wanted = new Set(messages.map((match) => match?.[1] ?? ''));
  return `expected ${[...wanted].join(' or ')}, found ${messages[0]?.[2] ?? 'something else'}`;
};

const findingOf = (issue: Issue, { node, path }: Located): Finding => {
  const isAbsent = node === undefined && issue.code !== 'custom';
  if (isAbsent) return { code: 'CONFIG_REQUIRED', message: `missing required "${path.split('.').at(-1)}"` };
  if (issue.code === 'custom') return { code: codeOf(issue), message: issue.message };
  if (issue.code === 'invalid_type') return { code: 'CONFIG_TYPE', message: issue.message };
  if (issue.code === 'unrecognized_keys') {
    return { code: 'CONFIG_UNKNOWN_KEY', message: `unknown key ${issue.keys.map((key) => `"${key}"`).join(', ')}` };
  }
  const words = wordsOf(issue);
  if (words === undefined) return { code: 'CONFIG_VALUE', message: issue.message };
  const given = node?.kind === 'scalar' ? String(node.value) : '';
  return { code: 'CONFIG_VALUE', message: `expected ${oneOf(words)}`, suggestion: nearest(given, words) };
};

/** The values of which one is asked for. */
const wordsOf = (issue: Issue): readonly string[] | undefined => {
  if (issue.code === 'invalid_value') return issue.values.map(String);
  const options = issue.code === 'invalid_union' && 'options' in issue ? issue.options : undefined;
  return Array.isArray(options) ? options.map(String) : undefined;
};

const codeOf = (issue: Issue): ConfigCode => {
  const code: unknown = issue.code === 'custom' ? issue.params?.['code'] : undefined;
  if (isConfigCode(code)) return code;
  return issue.message.includes(', found ') ? 'CONFIG_TYPE' : 'CONFIG_VALUE';
};

const toParts = (path: readonly PropertyKey[]): PathPart[] =>
  path.map((part) => (typeof part === 'symbol' ? String(part) : part));
