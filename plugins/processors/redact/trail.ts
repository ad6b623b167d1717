// Where the walk stands, and what it has done so far. The path becomes text only when something is recorded.
import type { Processing } from '../../../src/event/schema.ts';

export type Redaction = NonNullable<Processing['redactions']>[number];

const LONGEST_PATH = 512;
/** Business keys are made of values: `repository#7`. What is shorter stands in too many of them. */
const SHORTEST_PART = 6;
const folded = (text: string): string => text.trim().toLowerCase();

export interface Trail {
  enter(key: string): void;
  leave(): void;
  depth(): number;
  count(): number;
  /** `taken`: the value that is no longer readable, remembered until the next event. */
  record(key: string, rule: string, method: string, taken?: unknown): void;
  /** A value that went with others under one record. */
  remember(taken: unknown, rule: string): void;
  records(): readonly Redaction[];
  /** The rule that took this value, or one that this is made of, in whichever case. */
  ruleThatTook(value: string): string | undefined;
  reset(): void;
}

/** `clean` takes secrets out of a step of a path: keys are the sender's too. */
export const createTrail = (clean: (step: string) => string): Trail => {
  const path: string[] = [];
  let redactions: Redaction[] = [];
  let taken = new Map<string, string>();

  const remember = (value: unknown, rule: string): void => {
    if (typeof value === 'string' || typeof value === 'number') taken.set(folded(String(value)), rule);
  };

  return {
    enter: (key) => void path.push(key),
    leave: () => void path.pop(),
    depth: () => path.length,
    count: () => redactions.length,
    record: (key, rule, method, value) => {
      redactions.push({ path: pointer([...path, key].map(clean)), rule, method });
      remember(value, rule);
    },
    remember,
    records: () => redactions,
    ruleThatTook: (value) => {
      const text = folded(value);
      for (const [part, rule] of taken) {
        if (part === text || (part.length >= SHORTEST_PART && text.includes(part))) return rule;
      }
      return undefined;
    },
    reset: () => {
      path.length = 0;
      if (redactions.length > 0) redactions = [];
      if (taken.size > 0) taken = new Map();
    },
  };
};

const pointer = (keys: readonly string[]): string => {
  const text = keys.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  if (Buffer.byteLength(text) <= LONGEST_PATH) return text;
  return Buffer.from(text)
    .toString('utf8', 0, LONGEST_PATH - 3)
    .replace(/\uFFFD$/, '');
};
