import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatInstant, parseInstant } from './time.ts';

test.each<[string | number, number, number, string]>([
  ['2024-02-29T01:02:03Z', 1_709_168_523, 0, 'rfc3339_utc'],
  ['2024-02-29T01:02:03.000000001Z', 1_709_168_523, 1, 'rfc3339_utc'],
  ['2024-02-29t01:02:03.5z', 1_709_168_523, 500_000_000, 'rfc3339'],
  ['2024-02-29 01:02:03.5Z', 1_709_168_523, 500_000_000, 'rfc3339'],
  ['2024-02-29T01:02:03+05:30', 1_709_148_723, 0, 'rfc3339'],
  ['2024-02-29T01:02:03-00:00', 1_709_168_523, 0, 'rfc3339'],
  ['2024-02-29 01:02:03.25', 1_709_168_523, 250_000_000, 'no_zone'],
  ['1969-12-31T23:59:59.9Z', -1, 900_000_000, 'rfc3339_utc'],
  ['0001-01-01T00:00:00Z', -62_135_596_800, 0, 'rfc3339_utc'],
  [1_709_168_523, 1_709_168_523, 0, 'epoch_s'],
  [1_709_168_523.25, 1_709_168_523, 250_000_000, 'epoch_s'],
  [1_709_168_523_123, 1_709_168_523, 123_000_000, 'epoch_ms'],
  [1_709_168_523_123_456, 1_709_168_523, 123_456_000, 'epoch_us'],
  ['1709168523123456789', 1_709_168_523, 123_456_789, 'epoch_ns'],
  ['1709168523123.456789', 1_709_168_523, 123_456_789, 'epoch_ms'],
  ['-1.5', -2, 500_000_000, 'epoch_s'],
  [-1, -1, 0, 'epoch_s'],
  [0, 0, 0, 'epoch_s'],
  [99_999_999_999, 99_999_999_999, 0, 'epoch_s'],
  [100_000_000_000, 100_000_000, 0, 'epoch_ms'],
  [99_999_999_999_999, 99_999_999_999, 999_000_000, 'epoch_ms'],
  [100_000_000_000_000, 100_000_000, 0, 'epoch_us'],
  ['99999999999999999', 99_999_999_999, 999_999_000, 'epoch_us'],
  ['100000000000000000', 100_000_000, 0, 'epoch_ns'],
  // A double cannot hold these nanoseconds: the nearest that it does hold is taken exactly.
  [2 ** 60, 1_152_921_504, 606_846_976, 'epoch_ns'],
])('%s is %d s and %d ns (%s)', (sent, seconds, nanos, form) => {
  expect(parseInstant(sent)).toEqual({ instant: { seconds, nanos }, form });
});

test.each<[string | number, string]>([
  ['', 'EVENT_TIME_FORMAT'],
  ['yesterday', 'EVENT_TIME_FORMAT'],
  ['2024-02-29', 'EVENT_TIME_FORMAT'],
  ['2024-02-29T01:02Z', 'EVENT_TIME_FORMAT'],
  ['2024-02-29T01:02:03', 'EVENT_TIME_FORMAT'],
  ['2024-02-29T01:02:03.Z', 'EVENT_TIME_FORMAT'],
  ['2024-02-29T01:02:03ZZ', 'EVENT_TIME_FORMAT'],
  ['2024-02-29T01:02:03+0530', 'EVENT_TIME_FORMAT'],
  ['2024-02-29T01:02:03+05:3', 'EVENT_TIME_FORMAT'],
  ['2024-02-29T0a:02:03Z', 'EVENT_TIME_FORMAT'],
  ['2024-02-29T01:02:03 Z', 'EVENT_TIME_FORMAT'],
  [' 2024-02-29T01:02:03Z', 'EVENT_TIME_FORMAT'],
  ['٢٠٢٤-02-29T01:02:03Z', 'EVENT_TIME_FORMAT'],
  ['1e9', 'EVENT_TIME_FORMAT'],
  ['0x10', 'EVENT_TIME_FORMAT'],
  ['17091685231234567890', 'EVENT_TIME_FORMAT'],
  [Number.NaN, 'EVENT_TIME_FORMAT'],
  [Infinity, 'EVENT_TIME_FORMAT'],
  [1e300, 'EVENT_TIME_FORMAT'],
  ['2023-02-29T00:00:00Z', 'EVENT_TIME_CALENDAR'],
  ['1900-02-29T00:00:00Z', 'EVENT_TIME_CALENDAR'],
  ['2024-02-30T00:00:00Z', 'EVENT_TIME_CALENDAR'],
  ['2024-04-31T00:00:00Z', 'EVENT_TIME_CALENDAR'],
  ['2024-13-01T00:00:00Z', 'EVENT_TIME_CALENDAR'],
  ['2024-00-01T00:00:00Z', 'EVENT_TIME_CALENDAR'],
  ['2024-01-00T00:00:00Z', 'EVENT_TIME_CALENDAR'],
  ['2024-01-01T24:00:00Z', 'EVENT_TIME_CALENDAR'],
  ['2024-01-01T00:60:00Z', 'EVENT_TIME_CALENDAR'],
  ['2024-01-01T00:00:00+24:00', 'EVENT_TIME_CALENDAR'],
  ['2024-01-01T00:00:00+00:60', 'EVENT_TIME_CALENDAR'],
  ['2016-12-31T23:59:60Z', 'EVENT_TIME_LEAP_SECOND'],
  ['2024-01-01T00:00:00.1234567891Z', 'EVENT_TIME_PRECISION'],
  ['1709168523123.4567891', 'EVENT_TIME_PRECISION'],
  ['0000-01-01T00:00:00Z', 'EVENT_TIME_RANGE'],
  ['0001-01-01T00:00:00+00:01', 'EVENT_TIME_RANGE'],
  ['9999-12-31T23:59:59-00:01', 'EVENT_TIME_RANGE'],
])('%s is refused with %s', (sent, code) => {
  expect(parseInstant(sent)).toBe(code);
});

test('never throws and never makes up a time, whatever the text', () => {
  const near = fc.stringMatching(
    /^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{0,10})?[Zz+0-9:-]{0,6}$/,
  );
  fc.assert(
    fc.property(fc.oneof(near, fc.string(), fc.double().map(String)), (sent) => {
      const parsed = parseInstant(sent);
      if (typeof parsed === 'string') return;
      expect(Number.isSafeInteger(parsed.instant.seconds)).toBe(true);
      expect(parsed.instant.nanos).toBeGreaterThanOrEqual(0);
      expect(parsed.instant.nanos).toBeLessThan(1e9);
      expect(parseInstant(formatInstant(parsed.instant))).toMatchObject({ instant: parsed.instant });
    }),
    { numRuns: 1000 },
  );
});

test('agrees with Date on every day', () => {
  const day = fc.integer({ min: -719_162, max: 2_932_896 });
  fc.assert(
    fc.property(day, fc.nat(86_399), (days, second) => {
      const seconds = days * 86_400 + second;
      const text = new Date(seconds * 1000).toISOString().replace('.000', '');
      expect(parseInstant(text)).toMatchObject({ instant: { seconds, nanos: 0 } });
      expect(formatInstant({ seconds, nanos: 0 })).toBe(text);
    }),
    { numRuns: 1000 },
  );
});
