// Folds the records of the files to the letters that are still open.
import { hash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { instantToMs, parseInstant } from '../../event/time.ts';
import type { DeadLetter, DeadLetterFilter } from '../../sdk/index.ts';
import { decodeRecord, type DeadLetterRecord, type LetterFacts } from './record.ts';
import { listSegments, readLines, type PlacedLine } from './segments.ts';

/** A letter that waits; its event stays on disk. */
export interface OpenLetter {
  readonly facts: LetterFacts;
  readonly place: Omit<PlacedLine, 'text'>;
}

export interface FoldedLetters {
  /** Oldest first. */
  readonly letters: readonly OpenLetter[];
  /** Records that say nothing any more: resolved letters, their resolutions, second writings. */
  readonly stale: number;
  /** Files with lines that cannot be read. */
  readonly damaged: ReadonlySet<string>;
}

/** Reads all files once; in memory are the facts of what is open and fits. */
export const foldLetters = async (directory: string, filter: DeadLetterFilter = {}): Promise<FoldedLetters> => {
  // A further attempt may change the code: only the last one counts.
  const { code, ...fixed } = filter;
  const fold = createFold(fixed);
  const damaged = new Set<string>();
  for (const { path } of await listSegments(directory)) {
    for await (const lines of readLines(path)) {
      for (const { text, ...place } of lines) {
        const record = decodeRecord(text);
        if (record === undefined) damaged.add(path);
        else fold.take(record, place);
      }
    }
  }
  const letters = fold.letters().filter(({ facts }) => code === undefined || facts.code === code);
  return { letters, stale: fold.stale(), damaged };
};

const createFold = (filter: DeadLetterFilter) => {
  const waiting = new Map<string, OpenLetter & { readonly key: string }>();
  const ids = new Map<string, string>();
  let stale = 0;

  const takeLetter = (facts: LetterFacts, line: string | undefined, place: OpenLetter['place']): void => {
    if (!fits(facts, filter)) return;
    const key = keyOf(facts, line);
    const known = ids.get(key);
    if (known !== undefined) stale++;
    // Written again by a crash before the cursor had moved, or sent again by its sender: still one letter.
    if (known !== undefined && known !== facts.id) return;
    ids.set(key, facts.id);
    waiting.set(facts.id, { facts, place, key });
  };

  const take = (record: DeadLetterRecord, place: OpenLetter['place']): void => {
    if (record.kind === 'letter') return takeLetter(record.facts, record.line, place);
    stale++;
    const id = record.kind === 'resolved' ? record.id : record.attempt.attempted;
    const letter = waiting.get(id);
    if (letter === undefined) return;
    if (record.kind === 'attempted') {
      const { attempts, code, message } = record.attempt;
      waiting.set(id, { ...letter, facts: { ...letter.facts, attempts, code, message } });
      return;
    }
    waiting.delete(id);
    ids.delete(letter.key);
  };

  return { take, stale: () => stale, letters: (): readonly OpenLetter[] => [...waiting.values()] };
};

/** The same event of the same component; an id that came with other content is another letter. */
const keyOf = ({ id, tenant, component, eventId, digest }: LetterFacts, line: string | undefined): string =>
  eventId === undefined || (line === undefined && digest === undefined)
    ? id
    : `${component} ${tenant} ${eventId} ${line === undefined ? digest : hash('sha256', line)}`;

const fits = (facts: LetterFacts, filter: DeadLetterFilter): boolean =>
  (filter.ids === undefined || filter.ids.has(facts.id)) &&
  (filter.tenant === undefined || filter.tenant === facts.tenant) &&
  (filter.stage === undefined || filter.stage === facts.stage) &&
  (filter.component === undefined || filter.component === facts.component) &&
  isWithin(facts.at, filter);

const isWithin = (at: string, { sinceMs, untilMs }: DeadLetterFilter): boolean => {
  if (sinceMs === undefined && untilMs === undefined) return true;
  const parsed = parseInstant(at);
  if (typeof parsed === 'string') return false;
  const ms = instantToMs(parsed.instant);
  return (sinceMs === undefined || ms >= sinceMs) && (untilMs === undefined || ms < untilMs);
};

/** Reads the events of some letters back from their places, in the letters' order. */
export const withEvents = async (letters: readonly OpenLetter[]): Promise<readonly DeadLetter[]> => {
  const whole = new Map<string, DeadLetter>();
  for (const [path, group] of Map.groupBy(letters, ({ place }) => place.path)) {
    await using file = await open(path, 'r');
    for (const { facts, place } of group) {
      const bytes = Buffer.allocUnsafe(place.length);
      await file.read(bytes, 0, place.length, place.offset);
      const record = decodeRecord(bytes.toString('utf8'));
      if (record?.kind !== 'letter' || record.facts.id !== facts.id) continue;
      whole.set(facts.id, { ...facts, ...(record.line !== undefined && { line: record.line }) });
    }
  }
  return letters.flatMap(({ facts }) => whole.get(facts.id) ?? []);
};
