// Every form of a time that a sender may use (EVENTS.md 2.2), to one instant, or to the code of what is wrong.
import type { Instant } from './instant.ts';

/** `rfc3339_utc` needs no rewriting; `no_zone` was taken as UTC and deserves a warning. */
export type TimeForm = 'rfc3339_utc' | 'rfc3339' | 'no_zone' | 'epoch_s' | 'epoch_ms' | 'epoch_us' | 'epoch_ns';
export interface ParsedInstant {
  readonly instant: Instant;
  readonly form: TimeForm;
}
/** Codes of `error-codes.ts`. */
export type TimeFault =
  'EVENT_TIME_FORMAT' | 'EVENT_TIME_CALENDAR' | 'EVENT_TIME_LEAP_SECOND' | 'EVENT_TIME_PRECISION' | 'EVENT_TIME_RANGE';

/** A number is epoch seconds, milliseconds, microseconds or nanoseconds by its magnitude; so is text of digits. */
export const parseInstant = (value: string | number): ParsedInstant | TimeFault => {
  if (typeof value === 'number') return parseNumber(value);
  return value.charCodeAt(4) === DASH ? parseDateTime(value) : parseEpoch(value);
};

const DASH = 45;
const PLUS = 43;
const DOT = 46;
const COLON = 58;
const ZERO = 48;

const SECONDS_PER_DAY = 86_400;
/** 0001-01-01 and the last second of 9999: what four digits of a year can say again. */
const FIRST_SECOND = -62_135_596_800;
const LAST_SECOND = 253_402_300_799;
const MAX_FRACTION_DIGITS = 9;

/** The two digits at `at`, or NaN. */
const two = (text: string, at: number): number => {
  const tens = text.charCodeAt(at) - ZERO;
  const ones = text.charCodeAt(at + 1) - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
};

/** `YYYY-MM-DD`, `T` or a space, `HH:MM:SS`, a fraction, and a zone or none. */
const parseDateTime = (text: string): ParsedInstant | TimeFault => {
  if (!hasDateTimeMarks(text)) return 'EVENT_TIME_FORMAT';
  const day = two(text, 0) * 100 + two(text, 2);
  const days = daysSince1970(day, two(text, 5), two(text, 8));
  const clock = secondsOfDay(two(text, 11), two(text, 14), two(text, 17));
  if (Number.isNaN(days + clock)) return 'EVENT_TIME_FORMAT';
  if (clock === LEAP_SECOND) return 'EVENT_TIME_LEAP_SECOND';
  if (days === IMPOSSIBLE || clock === IMPOSSIBLE) return 'EVENT_TIME_CALENDAR';

  const end = fractionEnd(text, 19);
  const nanos = nanosOf(text, end);
  if (typeof nanos === 'string') return nanos;
  const zone = zoneOf(text, end);
  if (typeof zone === 'string') return zone;
  const seconds = days * SECONDS_PER_DAY + clock - zone.offset;
  if (seconds < FIRST_SECOND || seconds > LAST_SECOND) return 'EVENT_TIME_RANGE';
  return { instant: { seconds, nanos }, form: zone.form };
};

const hasDateTimeMarks = (text: string): boolean =>
  text.charCodeAt(7) === DASH &&
  'Tt '.includes(text.charAt(10)) &&
  text.length >= 19 &&
  text.charCodeAt(13) === COLON &&
  text.charCodeAt(16) === COLON;

const IMPOSSIBLE = -Infinity;
const LEAP_SECOND = Infinity;
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const isLeapYear = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

/** Days of the proleptic Gregorian calendar, IMPOSSIBLE for a day that it lacks, NaN for what is no number. */
const daysSince1970 = (year: number, month: number, day: number): number => {
  if (Number.isNaN(year + month + day)) return Number.NaN;
  const length = month === 2 && isLeapYear(year) ? 29 : MONTH_DAYS[month - 1];
  if (length === undefined || day < 1 || day > length) return IMPOSSIBLE;
  // Years begin in March, so that a leap day is the last of its year.
  const marchYear = month > 2 ? year : year - 1;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
};

const secondsOfDay = (hour: number, minute: number, second: number): number => {
  if (second === 60 && minute <= 59 && hour <= 23) return LEAP_SECOND;
  if (hour > 23 || minute > 59 || second > 59) return IMPOSSIBLE;
  return hour * 3600 + minute * 60 + second;
};

/** Where the fraction that may begin at `start` ends. */
const fractionEnd = (text: string, start: number): number => {
  if (text.charCodeAt(start) !== DOT) return start;
  let end = start + 1;
  while (isDigit(text.charCodeAt(end))) end++;
  return end;
};
const isDigit = (code: number): boolean => code >= ZERO && code <= ZERO + 9;

const FRACTION_START = 20;
const nanosOf = (text: string, end: number): number | TimeFault => {
  if (end < FRACTION_START) return 0;
  if (end === FRACTION_START) return 'EVENT_TIME_FORMAT';
  if (end - FRACTION_START > MAX_FRACTION_DIGITS) return 'EVENT_TIME_PRECISION';
  let nanos = 0;
  for (let i = FRACTION_START; i < FRACTION_START + MAX_FRACTION_DIGITS; i++)
    nanos = nanos * 10 + (i < end ? text.charCodeAt(i) - ZERO : 0);
  return nanos;
};

interface Zone {
  /** Seconds east of UTC. */
  readonly offset: number;
  readonly form: TimeForm;
}
const UTC: Zone = { offset: 0, form: 'rfc3339_utc' };
const UTC_REWRITTEN: Zone = { offset: 0, form: 'rfc3339' };
const NO_ZONE: Zone = { offset: 0, form: 'no_zone' };

const zoneOf = (text: string, at: number): Zone | TimeFault => {
  const spaced = text.charAt(10) === ' ';
  if (at === text.length) return spaced ? NO_ZONE : 'EVENT_TIME_FORMAT';
  if (at === text.length - 1 && 'Zz'.includes(text.charAt(at)))
    return text.charAt(at) === 'Z' && text.charAt(10) === 'T' ? UTC : UTC_REWRITTEN;
  return offsetOf(text, at);
};

const offsetOf = (text: string, at: number): Zone | TimeFault => {
  const sign = text.charCodeAt(at);
  if ((sign !== PLUS && sign !== DASH) || text.length !== at + 6 || text.charCodeAt(at + 3) !== COLON)
    return 'EVENT_TIME_FORMAT';
  const hours = two(text, at + 1);
  const minutes = two(text, at + 4);
  if (Number.isNaN(hours + minutes)) return 'EVENT_TIME_FORMAT';
  if (hours > 23 || minutes > 59) return 'EVENT_TIME_CALENDAR';
  const east = hours * 3600 + minutes * 60;
  return { offset: sign === PLUS ? east : -east, form: 'rfc3339' };
};

const parseNumber = (value: number): ParsedInstant | TimeFault => {
  if (!Number.isFinite(value)) return 'EVENT_TIME_FORMAT';
  // A double beyond 2^53 prints rounded; as a big integer it prints what it is.
  return parseEpoch(Number.isInteger(value) && !Number.isSafeInteger(value) ? String(BigInt(value)) : String(value));
};

const EPOCH = /^(-?)(\d{1,19})(?:\.(\d+))?$/;
/** Up to how many digits an integer is of this unit, and how many of them lie behind the second. */
const EPOCH_UNITS: readonly { maxDigits: number; subsecond: number; form: TimeForm }[] = [
  { maxDigits: 11, subsecond: 0, form: 'epoch_s' },
  { maxDigits: 14, subsecond: 3, form: 'epoch_ms' },
  { maxDigits: 17, subsecond: 6, form: 'epoch_us' },
  { maxDigits: 19, subsecond: 9, form: 'epoch_ns' },
];

const parseEpoch = (text: string): ParsedInstant | TimeFault => {
  const [, minus, integer = '', fraction = ''] = EPOCH.exec(text) ?? [];
  if (integer === '') return 'EVENT_TIME_FORMAT';
  const digits = integer.replace(/^0+(?=\d)/, '');
  const { subsecond, form } = EPOCH_UNITS.find(({ maxDigits }) => digits.length <= maxDigits)!;
  if (subsecond + fraction.length > MAX_FRACTION_DIGITS) return 'EVENT_TIME_PRECISION';
  const split = Math.max(0, digits.length - subsecond);
  const behind = digits.slice(split).padStart(subsecond, '0') + fraction;
  const instant = signed(
    minus === '-',
    Number(digits.slice(0, split)),
    Number(behind.padEnd(MAX_FRACTION_DIGITS, '0')),
  );
  return instant.seconds < FIRST_SECOND || instant.seconds > LAST_SECOND ? 'EVENT_TIME_RANGE' : { instant, form };
};

/** Before 1970 the nanoseconds still count forward from the whole second before. */
const signed = (negative: boolean, seconds: number, nanos: number): Instant => {
  if (!negative) return { seconds, nanos };
  return nanos === 0 ? { seconds: 0 - seconds, nanos } : { seconds: -seconds - 1, nanos: 1e9 - nanos };
};
