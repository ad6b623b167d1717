import { describe, expect, test } from 'vitest';
import { newTrail, take, type Failure } from './window.ts';

const RULE = { threshold: 3, windowSeconds: 100 };
const failure = (id: string, at: number): Failure => ({ eventId: id, at, actor: 'a', ip: undefined, blocked: true });

/** The windows and failures of the alarms that these raise, each named and timed by `name@seconds`. */
const alarmsOf = (...given: readonly string[]): (string | undefined)[] => {
  const trail = newTrail();
  return given.map((one) => {
    const [id = '', at = ''] = one.split('@');
    const alarm = take(trail, failure(id, Number(at)), RULE);
    return alarm && `${alarm.window}: ${alarm.failures.map(({ eventId }) => eventId).join('')}`;
  });
};
const NO = undefined;

describe('what completes an alarm', () => {
  test.each<[string, string[], (string | undefined)[]]>([
    ['the third', ['a@1', 'b@2', 'c@3'], [NO, NO, '0: abc']],
    ['the third, told in the order of time', ['c@3', 'a@1', 'b@2'], [NO, NO, '0: abc']],
    ['no third within the length of the window', ['a@1', 'b@2', 'c@101'], [NO, NO, NO]],
    ['the latest three', ['a@1', 'b@2', 'c@101', 'd@101.5'], [NO, NO, NO, '1: bcd']],
    ['numbered by the latest', ['a@98', 'b@99', 'c@100'], [NO, NO, '1: abc']],
    ['an earlier one that comes late', ['a@50', 'b@140', 'c@60'], [NO, NO, '1: acb']],
    ['one that comes again counts once', ['a@1', 'a@1', 'b@2', 'a@1', 'b@2'], [NO, NO, NO, NO, NO]],
    ['its own cause, again', ['a@1', 'b@2', 'c@3', 'c@3'], [NO, NO, '0: abc', '0: abc']],
    [
      'none of the others, again',
      ['a@1', 'b@2', 'c@3', 'a@1', 'b@2', 'd@101', 'e@102'],
      [NO, NO, '0: abc', NO, NO, NO, NO],
    ],
    ['a window raises one', ['a@1', 'b@2', 'c@3', 'd@4', 'e@5', 'f@6', 'g@7'], [NO, NO, '0: abc', NO, NO, NO, NO]],
    [
      'the next window counts anew',
      ['a@1', 'b@2', 'c@90', 'd@101', 'e@102', 'f@103'],
      [NO, NO, '0: abc', NO, NO, '1: def'],
    ],
    [
      'what came before an alarm is told no more',
      ['z@-50', 'a@50', 'b@140', 'c@141', 'd@-49', 'e@-48'],
      [NO, NO, NO, '1: abc', NO, NO],
    ],
    [
      'what was held back in its window counts in the next',
      ['a@1', 'b@2', 'c@3', 'd@98', 'e@99', 'f@100'],
      [NO, NO, '0: abc', NO, NO, '1: def'],
    ],
  ])('%s', (_, given, alarms) => {
    expect(alarmsOf(...given)).toEqual(alarms);
  });
});

test('no more is remembered than twice the threshold, the latest', () => {
  const trail = newTrail();
  for (let i = 0; i < 50; i++) take(trail, failure(`f${i}`, i), RULE);
  expect(trail.pending.map(({ at }) => at)).toEqual([44, 45, 46, 47, 48, 49]);
});
