import { comparable, namesIp, remembered, type KeyTest } from './keys.ts';
import type { Rule } from './rules.ts';

/** What a key alone says of its value. */
export interface KeyClass {
  readonly denied: boolean;
  readonly ip: boolean;
  /** `value` beside a `name`: the sibling is the key. */
  readonly paired: boolean;
  /** The key itself may hold a secret. */
  readonly suspect: boolean;
  readonly rule: Rule | undefined;
}

export const CLEAN: KeyClass = { denied: false, ip: false, paired: false, suspect: false, rule: undefined };

export interface KeyRule {
  readonly keys: readonly string[];
  readonly rule: Rule;
}

export interface KeyClassOptions {
  readonly isDenied: KeyTest;
  readonly masksIps: boolean;
  /** Does a pattern find something in the key itself? */
  readonly holdsSecret: (key: string) => boolean;
  readonly rules: readonly KeyRule[];
}

/** Classifies keys, each spelling once. */
export const createKeyClasses = ({
  isDenied,
  masksIps,
  holdsSecret,
  rules,
}: KeyClassOptions): ((key: string) => KeyClass) => {
  const entries = rules.flatMap(({ keys, rule }) => keys.map((key) => [comparable(key), rule] as const));
  // The first that names a key decides, and a map keeps the last.
  const keyRules = new Map(entries.toReversed());

  return remembered((key: string): KeyClass => {
    const word = comparable(key);
    const found: KeyClass = {
      denied: isDenied(key),
      ip: masksIps && namesIp(key),
      paired: word === 'value' || word === 'values',
      suspect: holdsSecret(key),
      rule: keyRules.get(word),
    };
    return found.denied || found.ip || found.paired || found.suspect || found.rule !== undefined ? found : CLEAN;
  });
};
