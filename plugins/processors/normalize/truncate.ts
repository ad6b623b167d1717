// Brings an event under its size: the longest texts of the payload first, then those of the attributes; never an id, a
// time or the correlation. Every cut is listed.
import { pointerOf } from '../../../src/event/pointer.ts';
import type { CanonicalEvent } from '../../../src/event/schema.ts';

/** A text that may be cut, and where it stands. */
interface Cuttable {
  readonly path: readonly (string | number)[];
  readonly text: string;
  readonly bytes: number;
  replace(text: string): void;
}

const MAX_PATHS = 64;
/** Below this a cut saves less than its path costs. */
const SHORTEST = 128;
/** Room for the list of what was cut, and for how JSON writes it. */
const MARGIN = 1024;
const MAX_ROUNDS = 8;

export const sizeOf = (event: CanonicalEvent): number => Buffer.byteLength(JSON.stringify(event));

/** False if the event cannot be brought under `maxBytes`. */
export const truncate = (event: CanonicalEvent, size: number, maxBytes: number): boolean => {
  const cut = new Set<string>();
  let left = size;
  for (let round = 0; round < MAX_ROUNDS && left > maxBytes; round++) {
    const excess = left - maxBytes + MARGIN;
    const saved = cutLongest(textsIn(event.data, 'data'), excess, cut);
    if (saved < excess) cutLongest(textsIn(event.attributes, 'attributes'), excess - saved, cut);
    noteCuts(event, cut, size);
    const now = sizeOf(event);
    if (now >= left) return false;
    left = now;
  }
  return left <= maxBytes;
};

/** Cuts the texts above one level to that level, the highest that saves `excess` bytes. Returns what it saved. */
const cutLongest = (texts: readonly Cuttable[], excess: number, cut: Set<string>): number => {
  const longest = texts.filter(({ bytes }) => bytes > SHORTEST).toSorted((a, b) => b.bytes - a.bytes);
  const level = levelFor(
    longest.map(({ bytes }) => bytes),
    excess,
  );
  let saved = 0;
  for (const { path, text, bytes, replace } of longest) {
    if (bytes <= level) break;
    const shortened = cutTo(text, level);
    replace(shortened);
    saved += bytes - jsonBytes(shortened);
    cut.add(pointerOf(path));
  }
  return saved;
};

const levelFor = (sizes: readonly number[], excess: number): number => {
  let sum = 0;
  for (const [i, size] of sizes.entries()) {
    sum += size;
    const level = Math.floor((sum - excess) / (i + 1));
    if (level >= (sizes[i + 1] ?? SHORTEST) && level >= SHORTEST) return level;
  }
  return SHORTEST;
};

const textsIn = (value: unknown, root: string): Cuttable[] => {
  const found: Cuttable[] = [];
  const walk = (container: object, path: readonly (string | number)[]): void => {
    for (const [key, inner] of Object.entries(container)) {
      const at = [...path, key];
      if (typeof inner === 'string')
        found.push({
          path: at,
          text: inner,
          bytes: jsonBytes(inner),
          replace: (text) => {
            (container as Record<string, unknown>)[key] = text;
          },
        });
      else if (typeof inner === 'object' && inner !== null) walk(inner, at);
    }
  };
  if (typeof value === 'object' && value !== null) walk(value, [root]);
  return found;
};

const jsonBytes = (text: string): number => Buffer.byteLength(JSON.stringify(text)) - 2;

/** At most `maxBytes` as JSON writes it, and never half a character. */
export const cutTo = (text: string, maxBytes: number): string => {
  let low = 0;
  let high = Math.min(text.length, maxBytes);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (jsonBytes(wholeTo(text, middle)) <= maxBytes) low = middle;
    else high = middle - 1;
  }
  return wholeTo(text, low);
};

const wholeTo = (text: string, end: number): string => {
  const last = text.charCodeAt(end - 1);
  const splitsPair = last >= 0xd800 && last <= 0xdbff && end < text.length;
  return text.slice(0, splitsPair ? end - 1 : end);
};

/** Says in `processing` what was cut, and from what size. */
export const noteCuts = (event: CanonicalEvent, cut: ReadonlySet<string>, untruncatedSize: number): void => {
  const paths = [...new Set([...(event.processing.truncatedPaths ?? []), ...cut])];
  const { processing } = event;
  processing.truncated = true;
  processing.untruncatedSize ??= untruncatedSize;
  processing.truncatedPaths = paths.slice(0, MAX_PATHS);
  if (paths.length > MAX_PATHS) processing.truncatedCount = paths.length;
};
