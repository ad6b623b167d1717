import type { EventError } from '../event-error.ts';
import type { EventErrorCode } from '../error-codes.ts';
import { pointerOf } from '../pointer.ts';

/** More errors of one event than this help nobody. */
const MAX_ERRORS = 50;

/** What a check has found so far, and where in the event it stands: `path` up to `depth`. */
export interface Findings {
  errors: EventError[];
  readonly path: (string | number)[];
  depth: number;
}

/** Looks at one value and reports what is wrong with it, without ever repeating it. */
export type Check = (value: unknown, findings: Findings) => void;

export const createFindings = (): Findings => ({ errors: [], path: [], depth: 0 });

export const report = (findings: Findings, code: EventErrorCode, message: string): void => {
  if (findings.errors.length >= MAX_ERRORS) return;
  findings.errors.push({ code, path: pointerOf(findings.path, findings.depth), message });
};

export const reportAt = (findings: Findings, key: string, code: EventErrorCode, message: string): void => {
  findings.path[findings.depth++] = key;
  report(findings, code, message);
  findings.depth--;
};
