import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { CanonicalEvent } from '../event/schema.ts';
import type { EventQueries } from '../sdk/index.ts';
import { createEventStore } from '../store/event-store.ts';
import { exampleEvent, fakeKeyRing } from '../testkit/fakes.ts';
import { memoryReader } from '../testkit/memory-reader.ts';
import { correlation } from './correlation.ts';
import type { CliIo, GlobalArgs } from './io.ts';
import { query } from './query.ts';
import { trace } from './trace.ts';

const TRACE = 'ab'.repeat(16);
const GLOBAL: GlobalArgs = { configs: [], sets: [], json: false, quiet: false };

const step = (second: number, own: Partial<CanonicalEvent>, span: Partial<CanonicalEvent['correlation']> = {}) =>
  exampleEvent({
    eventId: `019ab000-0000-7000-8000-00000000000${second}`,
    tenantId: 'default',
    timestamp: `2026-11-23T10:00:0${second}.5Z`,
    correlation: { correlationId: `trace:${TRACE}`, method: 'trace', confidence: 1, traceId: TRACE, ...span },
    ...own,
  });

const EVENTS = [
  step(1, { action: 'checkout_started' }, { spanId: '1'.repeat(16) }),
  step(2, { action: 'request_received', category: 'system', service: { name: 'payments' } }, { spanId: '2'.repeat(16), parentSpanId: '1'.repeat(16) }), // prettier-ignore
  step(3, { action: 'db_error', category: 'system', outcome: 'error', error: { class: 'database', retriable: false, message: 'deadlock' } }, { spanId: '3'.repeat(16), parentSpanId: '2'.repeat(16) }), // prettier-ignore
  step(4, { action: 'order_failed', outcome: 'failure' }, { spanId: '1'.repeat(16) }),
  step(5, { action: 'permission_denied', category: 'security', outcome: 'denied', correlation: { correlationId: 'elsewhere', method: 'explicit', confidence: 1, links: [{ correlationId: `trace:${TRACE}`, type: 'orderId' }] } }), // prettier-ignore
];

const terminal = (columns = 120, color = false) => {
  const out = { stdout: '', stderr: '' };
  const io: CliIo = {
    stdout: (text) => void (out.stdout += text),
    stderr: (text) => void (out.stderr += text),
    env: {},
    cwd: '/',
    columns,
    color,
    interactive: true,
  };
  return { io, out };
};

const closed: string[] = [];
const parts = (events: readonly CanonicalEvent[] = EVENTS, own: Partial<EventQueries> = {}) => {
  const store = createEventStore({ reader: memoryReader(events), keys: fakeKeyRing() });
  const opened: EventQueries = {
    query: (request) => store.query(request),
    event: (tenant, id) => store.event(tenant, id),
    trace: (tenant, id) => store.trace(tenant, id),
    correlation: (tenant, id) => store.correlation(tenant, id),
    close: async () => void closed.push('closed'),
    ...own,
  };
  return { openStore: async () => opened, now: () => ({ seconds: 1_795_428_060, nanos: 0 }) };
};

describe('query', () => {
  test('prints a table, newest first', async () => {
    const { io, out } = terminal();
    expect(await query({ ...GLOBAL, limit: '2' }, io, parts())).toBe(0);
    expect(out.stdout).toBe(
      [
        'time                     category  action             outcome  actor  object        correlation',
        '2026-11-23 10:00:05.500  security  permission_denied  denied   u-42   order:o-1001  elsewhere',
        '2026-11-23 10:00:04.500  business  order_failed       failure  u-42   order:o-1001  trace:ababababababababababababababa…',
        '',
      ].join('\n'),
    );
    expect(out.stderr).toMatch(/^2 events; more: --cursor [\w-]+\n$/);
  });

  test.each([40, 60, 80, 100, 200])('is no wider than a terminal of %i columns, as far as it can', async (columns) => {
    const { io, out } = terminal(columns);
    await query(GLOBAL, io, parts());
    const narrowest = 7 * 6 + 6 * 2;
    for (const line of out.stdout.split('\n'))
      expect([...line].length).toBeLessThanOrEqual(Math.max(columns, narrowest));
  });

  test('with --json prints what the HTTP API answers, and nothing else', async () => {
    const { io, out } = terminal();
    await query({ ...GLOBAL, json: true, limit: '1', action: 'order_failed' }, io, parts());
    expect(out).toEqual({ stdout: `{"events":[${JSON.stringify(EVENTS[3])}],"next":null}\n`, stderr: '' });
  });

  test('its cursor leads on', async () => {
    const first = terminal();
    await query({ ...GLOBAL, json: true, limit: '3' }, first.io, parts());
    const { next } = JSON.parse(first.out.stdout) as { next: string };
    const rest = terminal();
    await query({ ...GLOBAL, json: true, limit: '3', cursor: next }, rest.io, parts());
    const { events } = JSON.parse(rest.out.stdout) as { events: CanonicalEvent[] };
    expect(events.map(({ action }) => action)).toEqual(['request_received', 'checkout_started']);
  });

  test('takes a time that long ago', async () => {
    const asked: unknown[] = [];
    const { io } = terminal();
    const own = { query: async (request: unknown) => (asked.push(request), { events: [], next: null }) };
    await query({ ...GLOBAL, since: '1m', tenant: 'acme' }, io, parts([], own));
    expect(asked).toEqual([{ tenant: 'acme', filter: { sinceNs: 1_795_428_000_000_000_000n }, limit: 100, cursor: undefined }]); // prettier-ignore
  });

  test('says that there is nothing, on stderr', async () => {
    const { io, out } = terminal();
    expect(await query({ ...GLOBAL, tenant: 'nobody' }, io, parts())).toBe(0);
    expect(out).toEqual({ stdout: '', stderr: 'no events\n' });
  });

  test.each([
    [{ limit: '0' }, 'betalogs query: --limit: expected 1 to 1000 [QUERY_PARAMETER_INVALID]\n'],
    [{ cursor: 'x' }, 'betalogs query: --cursor: the cursor is not of this tenant and query; ask again without it [CURSOR_INVALID]\n'], // prettier-ignore
  ])('%j is a wrong command line', async (own, message) => {
    const { io, out } = terminal();
    expect(await query({ ...GLOBAL, ...own }, io, parts())).toBe(2);
    expect(out).toEqual({ stdout: '', stderr: message });
  });
});

describe('trace and correlation', () => {
  test('draw a tree of spans over all categories', async () => {
    const { io, out } = terminal();
    expect(await trace({ ...GLOBAL, id: TRACE.toUpperCase() }, io, parts())).toBe(0);
    expect(out.stdout).toBe(
      [
        '2026-11-23 10:00:01.500  business  checkout_started pending  u-42  order:o-1001',
        '2026-11-23 10:00:02.500  system    ├─ request_received pending  u-42  order:o-1001  payments',
        '2026-11-23 10:00:03.500  system    │  └─ db_error error  u-42  order:o-1001  deadlock',
        '2026-11-23 10:00:04.500  business  └─ order_failed failure  u-42  order:o-1001',
        '',
      ].join('\n'),
    );
    expect(out.stderr).toBe('');
  });

  test('a group has the events that link to it, and says by what', async () => {
    const { io, out } = terminal();
    expect(await correlation({ ...GLOBAL, id: `trace:${TRACE}` }, io, parts())).toBe(0);
    expect(out.stdout.split('\n').at(-2)).toBe(
      '2026-11-23 10:00:05.500  security  permission_denied denied  u-42  order:o-1001  linked by orderId',
    );
  });

  test.each([40, 80, 100])('keep to %i columns', async (columns) => {
    const { io, out } = terminal(columns);
    await trace({ ...GLOBAL, id: TRACE }, io, parts());
    for (const line of out.stdout.split('\n')) expect([...line].length).toBeLessThanOrEqual(Math.max(columns, 72));
  });

  test('with --json print the body of the HTTP API', async () => {
    const { io, out } = terminal();
    await trace({ ...GLOBAL, json: true, id: TRACE }, io, parts());
    const events = EVENTS.slice(0, 4).map((event) => JSON.stringify(event));
    expect(out).toEqual({ stdout: `{"traceId":"${TRACE}","events":[${events.join(',')}]}\n`, stderr: '' });
    const group = terminal();
    await correlation({ ...GLOBAL, json: true, id: 'elsewhere' }, group.io, parts());
    expect(group.out.stdout).toBe(`{"correlationId":"elsewhere","events":[${JSON.stringify(EVENTS[4])}],"links":[]}\n`);
  });

  test.each([
    ['trace', (io: CliIo) => trace({ ...GLOBAL, id: 'c'.repeat(32) }, io, parts())],
    ['trace of no id', (io: CliIo) => trace({ ...GLOBAL, id: 'xyz' }, io, parts())],
    [
      'trace of another tenant',
      (io: CliIo) => trace({ ...GLOBAL, json: true, id: TRACE, tenant: 'acme' }, io, parts()),
    ],
    ['correlation', (io: CliIo) => correlation({ ...GLOBAL, id: 'nothing' }, io, parts())],
  ])('%s that is not there: one line on stderr, exit 4', async (_, run) => {
    const { io, out } = terminal();
    expect(await run(io)).toBe(4);
    expect(out.stdout).toBe('');
    expect(out.stderr).toMatch(/^betalogs [^\n]+\n$/);
  });

  test('spans that name each other in a circle are drawn all the same, each event once', async () => {
    const span = (n: number, parent: number) =>
      step(n, {}, { spanId: String(n).repeat(16), parentSpanId: String(parent).repeat(16) });
    const { io, out } = terminal();
    await trace({ ...GLOBAL, id: TRACE }, io, parts([span(1, 2), span(2, 3), span(3, 1), span(4, 4)]));
    expect(out.stdout.trimEnd().split('\n')).toHaveLength(4);
  });

  test('a very deep trace is drawn', async () => {
    const hex = (n: number): string => n.toString(16).padStart(16, '0');
    const deep = Array.from({ length: 3000 }, (_, i) =>
      exampleEvent({
        eventId: `e-${i}`,
        tenantId: 'default',
        timestamp: `2026-11-23T10:00:00.${String(i).padStart(9, '0')}Z`,
        correlation: { correlationId: 'c', method: 'trace', confidence: 1, traceId: TRACE, spanId: hex(i + 1), ...(i > 0 && { parentSpanId: hex(i) }) }, // prettier-ignore
      }),
    );
    const { io, out } = terminal();
    await trace({ ...GLOBAL, id: TRACE }, io, parts(deep));
    expect(out.stdout.trimEnd().split('\n')).toHaveLength(3000);
    expect(Math.max(...out.stdout.split('\n').map((line) => line.length))).toBeLessThan(200);
  });
});

describe('a terminal', () => {
  const evil = step(1, {
    action: 'x.evil',
    actor: { id: '\u001b]0;owned\u0007\u001b[2J', type: 'user' },
    object: { type: 'a\nb', id: '\u202Egnp.exe' },
    error: { class: 'internal', retriable: false, message: '\u009b31m\r' },
  });
  test('gets no control or format character of an event', async () => {
    for (const run of [
      (io: CliIo) => query(GLOBAL, io, parts([evil])),
      (io: CliIo) => trace({ ...GLOBAL, id: TRACE }, io, parts([evil])),
    ]) {
      const { io, out } = terminal(200);
      await run(io);
      expect(out.stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      expect(out.stdout).toContain('\\u{1b}');
    }
  });
  test('is coloured only where colours are wanted', async () => {
    const [plain, colored] = [terminal(120, false), terminal(120, true)];
    await trace({ ...GLOBAL, id: TRACE }, plain.io, parts());
    await trace({ ...GLOBAL, id: TRACE }, colored.io, parts());
    expect(plain.out.stdout).not.toContain('\u001b');
    expect(colored.out.stdout).toContain('\u001b[31merror\u001b[0m');
    expect(stripVTControlCharacters(colored.out.stdout)).toBe(plain.out.stdout);
  });
});

describe('the store', () => {
  test('is closed, whatever happens', async () => {
    const before = closed.length;
    const failing = { query: () => Promise.reject(new Error('SQLite: SQLITE_IOERR (10)')) };
    const { io, out } = terminal();
    expect(await query(GLOBAL, io, parts([], failing))).toBe(1);
    expect(out).toEqual({ stdout: '', stderr: 'betalogs: SQLite: SQLITE_IOERR (10)\n' });
    expect(closed.length).toBe(before + 1);
  });
  test('that cannot be opened is one line and exit 1', async () => {
    const { io, out } = terminal();
    const openStore = () => Promise.reject(new Error('no exporter of the configuration can be read'));
    expect(await trace({ ...GLOBAL, id: TRACE }, io, { ...parts(), openStore })).toBe(1);
    expect(out.stderr).toBe('betalogs: no exporter of the configuration can be read\n');
  });
});
