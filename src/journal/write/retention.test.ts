import { expect, test } from 'vitest';
import { AckSet } from '../read/ack-set.ts';
import { ExporterPlace } from '../read/place.ts';
import { countPassed } from './retention.ts';
import { Segment } from '../segment.ts';

/** Three segments: 1 to 10, 11 to 20, 21 to 30. */
const segments = [1, 11, 21].map((first) => {
  const segment = new Segment('/nowhere', `${first}.seg`, first, 0);
  segment.lastSequence = first + 9;
  return segment;
});
const placeAt = (low: number): ExporterPlace => new ExporterPlace(`at ${low}`, new AckSet(low), new Set(['main']));

test.each([
  ['no exporter', [], 0],
  ['in the first', [9], 0],
  ['past the first', [10], 1],
  ['in the second', [19], 1],
  ['past two, and one is not', [30, 12], 1],
  ['past all: the last one stays', [30, 30], 2],
])('%s', (_, lows, expected) => {
  expect(countPassed(segments, lows.map(placeAt), false)).toBe(expected);
});

test('an acknowledgement counts when it is journaled; on a full disk, at once', () => {
  const place = placeAt(0);
  place.acks.add(1, 20);
  place.isDirty = true;
  expect([countPassed(segments, [place], false), countPassed(segments, [place], true)]).toEqual([0, 2]);
  place.beginFlush();
  expect(countPassed(segments, [place], false)).toBe(0);
  place.endFlush(false);
  expect([place.isDirty, countPassed(segments, [place], false)]).toEqual([true, 0]);
  place.beginFlush();
  place.endFlush(true);
  expect(countPassed(segments, [place], false)).toBe(2);
});

test('an open cut keeps all its segments; so does one, on a full disk, that would come back in part', () => {
  const place = placeAt(9);
  place.addCut({ key: 'k', sequences: [10, 11, 25] });
  for (const sequence of [10, 11]) place.acknowledge(sequence, 'main');
  expect(countPassed(segments, [place], false)).toBe(0);
  place.beginFlush();
  place.endFlush(true);
  place.acks.add(12, 24);
  place.acknowledge(25, 'main');
  place.isDirty = true;
  expect(place.cuts).toEqual([]);
  expect(countPassed(segments, [place], true)).toBe(0);
  place.acks.add(26, 30);
  place.beginFlush();
  place.endFlush(true);
  expect(countPassed(segments, [place], false)).toBe(2);
});
