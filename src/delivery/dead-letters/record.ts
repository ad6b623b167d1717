// What stands in a dead-letter file: one JSON object a line. A letter, or what became of one.
import { deadLetterJson, type DeadLetter } from '../../sdk/index.ts';

/** A letter without its event. */
export type LetterFacts = Omit<DeadLetter, 'line'>;

export type Resolution = 'retried' | 'dropped';

/** A further attempt that the store refused too. */
export interface FurtherAttempt {
  readonly attempted: string;
  readonly attempts: number;
  readonly at: string;
  readonly code: string;
  readonly message: string;
}

export type DeadLetterRecord =
  | { readonly kind: 'letter'; readonly facts: LetterFacts; readonly line: string | undefined }
  | { readonly kind: 'resolved'; readonly id: string }
  | { readonly kind: 'attempted'; readonly attempt: FurtherAttempt };

export const encodeLetter = (letter: DeadLetter): string => `${deadLetterJson(letter)}\n`;
export const encodeResolution = (id: string, how: Resolution, at: string): string =>
  `${JSON.stringify({ resolved: id, how, at })}\n`;
export const encodeAttempt = (attempt: FurtherAttempt): string => `${JSON.stringify(attempt)}\n`;

/** Cannot stand in the facts before it: a quote within JSON text is escaped. */
const EVENT_KEY = ',"event":';

/** The event is cut out as text: to parse it would round large integers. Undefined: the line is damaged. */
export const decodeRecord = (text: string): DeadLetterRecord | undefined => {
  const at = text.indexOf(EVENT_KEY);
  const hasEvent = at >= 0;
  if (!text.endsWith(hasEvent ? '}}' : '}') || text.includes('\0')) return undefined;
  const head = parseObject(hasEvent ? `${text.slice(0, at)}}` : text);
  if (head === undefined) return undefined;
  if (typeof head['resolved'] === 'string') return { kind: 'resolved', id: head['resolved'] };
  if (typeof head['attempted'] === 'string') return { kind: 'attempted', attempt: head as unknown as FurtherAttempt };
  if (typeof head['id'] !== 'string' || typeof head['at'] !== 'string') return undefined;
  const line = hasEvent ? text.slice(at + EVENT_KEY.length, -1) : undefined;
  return { kind: 'letter', facts: head as unknown as LetterFacts, line };
};

const parseObject = (text: string): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    // Torn or damaged: for the caller to count.
    return undefined;
  }
};
