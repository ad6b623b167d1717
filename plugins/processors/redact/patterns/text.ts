// One string: which patterns could match, then those that do, then what is written inside it in percent encoding.
import type { Pattern, PatternTools } from './patterns.ts';
import { GATE, type Scan } from './scan.ts';

/** A run that cannot fail once begun: one expression that looked for the percent signs too would be quadratic. */
const PART = /[^\s&=?#"'<>]+/g;
const ENCODED = /%[0-9A-Fa-f]{2}/;
const ENCODING_LAYERS = 2;

/** Redacts a text and tells each pattern that found something. The same string comes back where none did. */
export type TextRedactor = (text: string, gates: number, onHit: (pattern: Pattern) => void) => string;

export const createTextRedactor = (patterns: readonly Pattern[], scan: Scan, tools: PatternTools): TextRedactor => {
  const apply = (text: string, gates: number, layer: number, onHit: (pattern: Pattern) => void): string => {
    let result = text;
    for (const pattern of patterns) {
      if ((pattern.gates & gates) === 0) continue;
      const replaced = pattern.replace(result, tools);
      if (replaced === result) continue;
      onHit(pattern);
      result = replaced;
    }
    return (gates & GATE.percent) === 0 || layer === ENCODING_LAYERS ? result : decoded(result, layer, onHit);
  };

  const decoded = (text: string, layer: number, onHit: (pattern: Pattern) => void): string =>
    text.replace(PART, (part) => {
      const plain = ENCODED.test(part) ? decode(part) : undefined;
      if (plain === undefined) return part;
      const redacted = apply(plain, scan(plain), layer + 1, onHit);
      return redacted === plain ? part : encodeURIComponent(redacted);
    });

  return (text, gates, onHit) => apply(text, gates, 0, onHit);
};

const decode = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text);
  } catch {
    // A stray percent sign: not an encoded text.
    return undefined;
  }
};
