import type { ConfigIssue } from './checked-config.ts';
import type { ConfigCode } from './config-codes.ts';
import type { Located, Place } from './yaml/node.ts';

export interface Finding {
  readonly code: ConfigCode;
  readonly message: string;
  readonly suggestion?: string | undefined;
}
export type Report = (at: Pick<Located, 'place' | 'path'>, finding: Finding) => void;

/** The issue's message tells the suggestion too. */
export const toIssue = (place: Place, path: string, { code, message, suggestion }: Finding): ConfigIssue => ({
  file: place.file,
  line: place.line,
  column: place.column,
  path,
  code,
  message: suggestion === undefined ? message : `${message}; did you mean "${suggestion}"?`,
  ...(suggestion === undefined ? {} : { suggestion }),
});

/** `config/app.yaml:12:5: receivers.http.endpont: unknown key "endpont"; did you mean "endpoint"? [CONFIG_UNKNOWN_KEY]` */
export const formatIssue = ({ file, line, column, path, message, code }: ConfigIssue): string =>
  `${file}:${line}:${column}: ${path === '' ? '' : `${path}: `}${message} [${code}]`;

/** In the order of the files as given, then of the lines; each said once. */
export const sortIssues = (issues: readonly ConfigIssue[], files: readonly string[]): ConfigIssue[] => {
  const unique = new Map(issues.map((issue) => [formatIssue(issue), issue]));
  const rank = (file: string): number => (files.includes(file) ? files.indexOf(file) : files.length);
  return [...unique.values()].toSorted(
    (a, b) =>
      rank(a.file) - rank(b.file) || a.line - b.line || a.column - b.column || a.path.localeCompare(b.path, 'en'),
  );
};
