// Regular expressions of users' schemas run on RE2: in linear time, whatever the pattern and the text.
import type { RE2JS } from 're2js';

/** Longer texts match nothing: what cannot be judged cheaply is refused. */
const MAX_TEXT = 16_384;
/** A pattern is compiled to a program that may be many times its size. */
const MAX_PATTERN = 1024;

/** What ajv asks of an engine; `code` is for modules that it writes to disk, which are none here. */
export interface PatternEngine {
  (pattern: string, flags: string): { test(text: string): boolean; toString(): string };
  readonly code: string;
}

/** Throws for what RE2 does not know, lookaround and back references: the schema is refused. */
export const re2Engine = (re2: Pick<typeof RE2JS, 'compile'>): PatternEngine =>
  Object.assign(
    (pattern: string) => {
      if (pattern.length > MAX_PATTERN) throw new RangeError(`a pattern has more than ${MAX_PATTERN} characters`);
      const compiled = re2.compile(pattern);
      return {
        test: (text: string) => text.length <= MAX_TEXT && compiled.matcher(text).find(),
        // ajv tells patterns apart by this.
        toString: () => pattern,
      };
    },
    { code: 're2' },
  );
