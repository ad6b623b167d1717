import { describe, expect, test } from 'vitest';
import { isTraceState, parseTraceparent } from './trace-context.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

describe('traceparent', () => {
  test.each([
    [`00-${TRACE}-${SPAN}-01`, 1],
    [`00-${TRACE}-${SPAN}-00`, 0],
    [`00-${TRACE}-${SPAN}-ff`, 255],
    [`01-${TRACE}-${SPAN}-01`, 1],
    [`fe-${TRACE}-${SPAN}-01-what-comes-later`, 1],
  ])('%s is taken', (text, traceFlags) => {
    expect(parseTraceparent(text)).toEqual({ traceId: TRACE, spanId: SPAN, traceFlags });
  });

  test.each([
    '',
    'x',
    `00-${TRACE}-${SPAN}`,
    `00-${TRACE}-${SPAN}-1`,
    `00-${TRACE}-${SPAN}-01-`,
    `00-${TRACE}-${SPAN}-01-more`,
    `01-${TRACE}-${SPAN}-01more`,
    `ff-${TRACE}-${SPAN}-01`,
    `0-${TRACE}-${SPAN}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-0G`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    ` 00-${TRACE}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01\n`,
    `00-${TRACE.slice(1)}-${SPAN}-01`,
  ])('%j is refused', (text) => {
    expect(parseTraceparent(text)).toBeUndefined();
  });
});

describe('tracestate', () => {
  test.each([
    'a=1',
    'a=1,b=2',
    'a=1 ,\tb=2',
    'a=1,,b=2',
    'tenant@system=opaque:value/1',
    '0a=1',
    Array.from({ length: 32 }, (_, i) => `k${i}=v`).join(),
    '',
  ])('%j is taken', (text) => {
    expect(isTraceState(text)).toBe(true);
  });

  test.each([
    'a',
    '=1',
    'A=1',
    'a=',
    'a=1=2',
    'a=1,a=2',
    'a=\u00e9',
    '@system=1',
    'tenant@=1',
    'a@b@c=1',
    Array.from({ length: 33 }, (_, i) => `k${i}=v`).join(),
    `a=${'v'.repeat(257)}`,
    `a=${'v'.repeat(250)},b=${'v'.repeat(250)},c=${'v'.repeat(20)}`,
  ])('%j is refused', (text) => {
    expect(isTraceState(text)).toBe(false);
  });
});
