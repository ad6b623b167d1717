import type { Finding } from '../../archive/finding.ts';
import { printable } from '../show/printable.ts';
import type { CliIo } from '../io.ts';

/** Collects what is wrong, and tells a person at once. */
export const createFindings = (
  io: CliIo,
  isQuiet: boolean,
): { readonly all: readonly Finding[]; readonly found: (finding: Finding) => void } => {
  const all: Finding[] = [];
  return {
    all,
    found: (finding) => {
      all.push(finding);
      if (!isQuiet) io.stderr(`${lineOf(finding)}\n`);
    },
  };
};

const lineOf = ({ key, line, message, code }: Finding): string =>
  `${printable(key)}${line === undefined ? '' : `:${line}`}: ${message} [${code}]`;
