// When an event happened: what the protocol gave as numbers, what the sender wrote, or when it was received.
import { EVENT_ERROR_CODES } from './error-codes.ts';
import type { EventError } from './event-error.ts';
import { isRawJson } from './json.ts';
import type { RawEvent } from './raw-event.ts';
import { formatInstant, parseInstant, type Instant, type TimeFault } from './time.ts';

export interface EventTime {
  readonly instant: Instant;
  /** RFC 3339 in UTC; the sender's own digits where it was that already. */
  readonly text: string;
  /** What was sent, where it reads differently. */
  readonly original: string | undefined;
  readonly source: 'event' | 'source_header' | 'received';
  readonly zoneAssumed: boolean;
}

export const eventTimeOf = ({ content, instant, timeSource, receivedAt }: RawEvent): EventTime | TimeFault => {
  const sent = textOf(content['timestamp']);
  if (instant !== undefined)
    return rewritten(instant, sent === undefined ? undefined : String(sent), timeSource ?? 'event');
  if (sent === undefined) return rewritten(receivedAt, undefined, 'received');
  const parsed = parseInstant(sent);
  if (typeof parsed === 'string') return parsed;
  if (parsed.form !== 'rfc3339_utc') return rewritten(parsed.instant, String(sent), 'event', parsed.form === 'no_zone');
  return { instant: parsed.instant, text: String(sent), original: undefined, source: 'event', zoneAssumed: false };
};

/** The instant alone. */
export const instantOfEvent = ({ content, instant, receivedAt }: RawEvent): Instant | TimeFault => {
  if (instant !== undefined) return instant;
  const sent = textOf(content['timestamp']);
  if (sent === undefined) return receivedAt;
  const parsed = parseInstant(sent);
  return typeof parsed === 'string' ? parsed : parsed.instant;
};

const rewritten = (
  instant: Instant,
  original: string | undefined,
  source: EventTime['source'],
  zoneAssumed = false,
): EventTime => ({ instant, text: formatInstant(instant), original, source, zoneAssumed });

const textOf = (value: unknown): string | number | undefined => {
  if (value === undefined || typeof value === 'string' || typeof value === 'number') return value;
  return isRawJson(value) ? (value as { rawJSON: string }).rawJSON : '';
};

export const timeError = (fault: TimeFault): EventError => ({
  code: fault,
  path: '/timestamp',
  message: EVENT_ERROR_CODES[fault],
});
