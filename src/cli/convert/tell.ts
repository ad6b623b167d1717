// What stderr says of a record that became no event.
import type { EventError, Outcome, RawSlot } from '../../sdk/index.ts';

export interface Told {
  /** One line of stderr, if there is something to say. */
  readonly text: string;
  readonly kind: 'written' | 'refused' | 'ignored' | 'filtered';
}

export const tell = (line: number, slot: RawSlot, outcome: Outcome): Told => {
  if (outcome.status === 'rejected') return refused(line, summed(outcome.errors));
  if (outcome.status === 'retry')
    return refused(line, { ...FAILED, message: `a processor failed (${outcome.reason})` });
  if (outcome.status !== 'filtered') return { kind: 'written', text: '' };
  const { reason } = outcome;
  return 'verdict' in slot
    ? { kind: 'ignored', text: jsonLine(line, { ...NOT_MAPPED, message: ignoredWords(reason) }) }
    : { kind: 'filtered', text: `line ${line}: filtered by the configuration: ${reason}\n` };
};

const refused = (line: number, error: EventError): Told => ({ kind: 'refused', text: jsonLine(line, error) });

const FAILED = { code: 'PROCESSOR_FAILED', path: '' };
const NOT_MAPPED = { code: 'NOT_MAPPED', path: '' };

const ignoredWords = (reason: string): string =>
  reason === 'not_mapped' ? 'is of a type that is neither mapped nor kept' : `is ignored: ${reason}`;

const NO_ERROR: EventError = { code: 'UNKNOWN', path: '', message: 'no reason was given' };
const TOLD_MORE = 5;

/** The first error, and where the others are. */
const summed = ([first = NO_ERROR, ...more]: readonly EventError[]): EventError => {
  if (more.length === 0) return first;
  const places = more.slice(0, TOLD_MORE).map(({ code, path }) => `${code} at ${path === '' ? '/' : path}`);
  if (more.length > TOLD_MORE) places.push('…');
  return { ...first, message: `${first.message} (and ${more.length} more: ${places.join(', ')})` };
};

const jsonLine = (line: number, { code, path, message }: EventError): string =>
  `${JSON.stringify({ line, code, path, message })}\n`;
