import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { CanonicalEvent } from '../../event/schema.ts';
import type { Correlation, EventRecord, LinkedBy } from '../../sdk/index.ts';
import { exampleEvent } from '../../testkit/fakes.ts';
import { correlationTree } from './correlation-tree.ts';
import { createPaint } from './paint.ts';

const record = (second: number, own: Partial<CanonicalEvent>, linkedBy?: LinkedBy): EventRecord => {
  const event = exampleEvent({
    eventId: `e-${second}`,
    timestamp: `2026-11-23T10:00:${String(second).padStart(2, '0')}Z`,
    ...own,
  });
  return { line: JSON.stringify(event), event, ...(linkedBy !== undefined && { linkedBy }) };
};
const span = (spanId: string, parentSpanId?: string) => ({
  correlationId: 'c',
  method: 'business_key' as const,
  confidence: 0.9,
  spanId,
  ...(parentSpanId !== undefined && { parentSpanId }),
});
const item: LinkedBy = { kind: 'key', correlationId: 'k', type: 'itemId', value: 'i-1' };

const packed = record(5, { action: 'x.packed', outcome: 'success' }, item);
const FOUND: Correlation = {
  events: [
    record(1, { correlation: span('1') }),
    record(2, { action: 'request_received', category: 'system', correlation: span('2', '1') }),
    record(3, { action: 'order_failed', outcome: 'failure', severity: 13 }, { kind: 'link', correlationId: 'c', type: 'business_key' }), // prettier-ignore
    record(4, { action: 'x.picked', outcome: 'success' }, item),
    packed,
  ],
  links: [
    {
      type: 'package',
      key: { type: 'packageId', value: 'p-1' },
      correlationId: 'p',
      events: [record(7, { action: 'x.sent' }), packed],
    },
    { type: 'shared_key', key: { type: 'cartId', value: 'c-1' }, correlationId: 's', hub: true, events: [] },
    {
      type: 'after_deployment',
      deployEventId: 'd',
      service: 'checkout',
      environment: 'production',
      events: [record(8, { category: 'system', action: 'db_error', outcome: 'error', severity: 17 })],
    },
    {
      type: 'same_session',
      key: { type: 'sessionId', value: '\u001b[2J' },
      correlationId: 'x',
      events: [record(9, { category: 'security', action: 'permission_denied', outcome: 'denied', severity: 13 })],
    },
  ],
  truncated: false,
};

const DRAWN = `
2026-11-23 10:00:01.000  business  checkout_started pending  u-42  order:o-1001
2026-11-23 10:00:02.000  system    └─ request_received pending  u-42  order:o-1001
2026-11-23 10:00:03.000  business  order_failed failure  u-42  order:o-1001  linked by business_key
by itemId:i-1
  2026-11-23 10:00:04.000  business  x.picked success  u-42  order:o-1001
  2026-11-23 10:00:05.000  business  x.packed success  u-42  order:o-1001
package packageId:p-1, 2 events
  2026-11-23 10:00:07.000  business  x.sent pending  u-42  order:o-1001
shared cartId:c-1, too common to be shown
after a deployment of checkout in production, 1 event
  2026-11-23 10:00:08.000  system    db_error error  u-42  order:o-1001
same session sessionId:\\u{1b}[2J, 1 event
  2026-11-23 10:00:09.000  security  permission_denied denied  u-42  order:o-1001
`.slice(1);

describe('a group is drawn', () => {
  test('as one timeline, and under it what is linked, by what links it', () => {
    expect(correlationTree(FOUND, 120, createPaint(false))).toBe(DRAWN);
  });

  test('with outcomes and severities in colours, where they are wanted', () => {
    const colored = correlationTree(FOUND, 120, createPaint(true));
    expect(stripVTControlCharacters(colored)).toBe(DRAWN);
    expect(colored).toContain('\u001b[33morder_failed\u001b[0m \u001b[31mfailure\u001b[0m');
    expect(colored).toContain('\u001b[31mdb_error\u001b[0m \u001b[31merror\u001b[0m');
    expect(colored).toContain('  checkout_started \u001b[33mpending\u001b[0m');
    expect(colored).toContain('\u001b[2mby itemId:i-1\u001b[0m\n');
  });

  test.each([72, 80, 100])('no wider than %i columns', (columns) => {
    const lines = correlationTree(FOUND, columns, createPaint(false)).split('\n');
    expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(columns);
  });
});
