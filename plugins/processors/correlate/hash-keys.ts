// Keys that the policy hashes: their pseudonym takes the value's place before anything is formed from it.
import { pseudonym } from '../../../src/sdk/index.ts';
import { keyValueOf, spellingsOf, type KeyPseudonyms } from './keys.ts';

export interface KeyHashing {
  valueOf(type: string, text: string, tenant: string): string;
  /** What the sender named, under whichever spelling. */
  hashGiven(keys: Record<string, string>, tenant: string): void;
}

/** Undefined where the policy hashes none. */
export const hashingOf = (pseudonyms: KeyPseudonyms | undefined): KeyHashing | undefined => {
  if (pseudonyms === undefined || pseudonyms.types.length === 0) return undefined;
  const { types, keyOf } = pseudonyms;
  const typeOf = new Map(types.flatMap((type) => spellingsOf(type).map((spelling) => [spelling, type] as const)));

  const valueOf: KeyHashing['valueOf'] = (type, text, tenant) =>
    types.includes(type) ? pseudonym(text, keyOf(tenant)) : text;

  return {
    valueOf,
    hashGiven: (keys, tenant) => {
      for (const [spelling, value] of Object.entries(keys)) {
        const type = typeOf.get(spelling);
        if (type !== undefined) keys[spelling] = valueOf(type, keyValueOf(type, value) ?? value, tenant);
      }
    },
  };
};
