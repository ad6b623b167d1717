// No text costs more than its length: what is written again and again, and what comes close to a match and is none.
import { describe, expect, test } from 'vitest';
import { eventWith, redactorWith } from './fixtures.ts';

const redact = redactorWith();
const SHORT = 16 * 1024;
const GROWTH = 8;
/** Linear is 8 and quadratic 64; what lies between is left to a machine that others use too. */
const MOST = 28;
const FLOOR_MICROS = 4000;

const PARTS = [
  ...['eyJ', 'eyJa.', 'eyJaaaaaaaaa.eyJ.', 'eyJaaaaaaaa.aaaa'],
  ...[
    '-----BEGIN PRIVATE KEY-----',
    '-----BEGIN ',
    '-----BEGIN A PRIVATE KEY-----\n-',
    '-----BEGIN PRIVATE KEY---------END ',
    '-',
  ],
  ...['@', 'a@', 'a@a.', 'a.a@a.a.a.', 'aaaaaaaaaaaaaaaa@', '%40', '%25', 'a%', 'ü@', 'a@a-'],
  ...['+1', '+1 ', '+1-1(', '+1 (1) ', '1 ', '1111-', '4111 1111 1111 1112 ', '4', '4111', '411111 1111111111111 '],
  ...['://', '://a:', '://a:b', 'x://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', '://a1a1a1a1a1a1a1a1'],
  ...[
    'password=',
    'password="',
    'password:\\"',
    'password={',
    '"password":[',
    'token: a ',
    'token:',
    'password=>',
    'cookie: a="',
  ],
  ...['\\', '":', 'Bearer ', 'bearer aaaaaa', 'basic aaaaaaaaa', 'Bearer a.', 'Basic YTpi'],
  ...[
    'ghp_',
    'github_pat_',
    'glpat-',
    'xoxb-',
    'sk-A',
    'sk-1',
    'sk_live_',
    'AKIA',
    'AKIAA',
    'SG.aaaaaaaaaaaaaaaaaaaa',
    'SG.aaaaaaaaaaaaaaaa.',
  ],
  ...[
    'whsec_',
    'AIza',
    'ya29.',
    'hvs.',
    'pypi-AgE',
    'blk_',
    'npm_',
    'AGE-SECRET-KEY-1',
    'hooks.slack.com/services/',
    'AccountKey=',
  ],
  ...['{"a":', '[', '"', ' ', '{"password":"x"} ', '🙂', '\ud800', '{"a":"{\\"a\\":'],
];

const costOf = (part: string, length: number): number => {
  const text = part.repeat(Math.ceil(length / part.length));
  const costs = [1, 2, 3].map(() => {
    const event = eventWith({
      data: { text, [text.slice(0, 2000)]: 1 },
      actor: { id: text, type: 'user', ip: text, email: text },
    });
    const start = process.cpuUsage();
    redact(event);
    const { user, system } = process.cpuUsage(start);
    return user + system;
  });
  return Math.min(...costs);
};

describe('eight times the text costs no more than a few times eight', () => {
  test.each(PARTS)('%j again and again', (part) => {
    const long = costOf(part, SHORT * GROWTH);
    expect(long).toBeLessThan(MOST * costOf(part, SHORT) + FLOOR_MICROS);
  });
});

test('a pattern of path rules with several ** costs no more than its steps at each key', () => {
  const rule = { name: 'x', method: 'drop' as const, max: 0 };
  const deep = redactorWith({ pathRules: [{ path: '/data/**/a/**/a/**/a/**/a/**/never', rule }] });
  const nested = (depth: number): unknown => (depth === 0 ? 'x' : { a: nested(depth - 1), b: [nested(0)] });
  const costAt = (depth: number): number => {
    const event = eventWith({ data: nested(depth) });
    const start = process.cpuUsage();
    deep(event);
    return process.cpuUsage(start).user;
  };
  costAt(10);
  expect(costAt(60)).toBeLessThan(MOST * costAt(8) + FLOOR_MICROS);
});
