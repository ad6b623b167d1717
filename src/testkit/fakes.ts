// What a component is given in a test: everything under the test's control, nothing shared between two of them.
import { createHmac } from 'node:crypto';
import type { CanonicalEvent } from '../event/schema.ts';
import { parseInstant, type Clock, type Instant } from '../event/time.ts';
import type { ComponentContext, KeyRing, LineRef, Log, StoredBatch } from '../sdk/index.ts';

export interface FakeClock extends Clock {
  /** Lets time pass; what is due is called back in order of its time. */
  advance(ms: number): void;
  /** Callbacks that wait. */
  readonly scheduled: number;
}

const A_DAY_IN_TESTS: Instant = { seconds: 1_795_000_000, nanos: 123_456_789 };
const NANOS_PER_MS = 1_000_000;

/** A clock that stands still until the test advances it. */
export const fakeClock = (start: Instant = A_DAY_IN_TESTS): FakeClock => {
  let elapsedMs = 0;
  const waiting = new Set<{ readonly dueMs: number; readonly callback: () => void }>();
  return {
    now: () => later(start, elapsedMs),
    monotonicMs: () => elapsedMs,
    schedule: (delayMs, callback) => {
      const entry = { dueMs: elapsedMs + delayMs, callback };
      waiting.add(entry);
      return () => void waiting.delete(entry);
    },
    advance: (ms) => {
      const end = elapsedMs + ms;
      for (;;) {
        const [next] = [...waiting].filter(({ dueMs }) => dueMs <= end).toSorted((a, b) => a.dueMs - b.dueMs);
        if (next === undefined) break;
        waiting.delete(next);
        elapsedMs = Math.max(elapsedMs, next.dueMs);
        next.callback();
      }
      elapsedMs = end;
    },
    get scheduled() {
      return waiting.size;
    },
  };
};

const later = ({ seconds, nanos }: Instant, ms: number): Instant => {
  const total = nanos + Math.round((ms % 1000) * NANOS_PER_MS);
  return { seconds: seconds + Math.floor(ms / 1000) + Math.floor(total / 1e9), nanos: total % 1e9 };
};

/** Derives like the real one: 32 bytes that differ by purpose and tenant, and are the same in every run. */
export const fakeKeyRing = (): KeyRing => {
  const derive: KeyRing['derive'] = (purpose, tenant) =>
    createHmac('sha256', 'of tests').update(`${purpose.length}:${purpose}${tenant}`).digest();
  return { derive, pseudonymKey: (tenant) => derive('pseudonym', tenant) };
};

export interface CapturingLog extends Log {
  /** `level message {fields}`, in order. */
  readonly lines: readonly string[];
}

/** Silent; keeps what was said, so that a test can search it for what must not be there. */
export const capturingLog = (): CapturingLog => {
  const lines: string[] = [];
  const at = (level: string) => (message: string, fields?: Readonly<Record<string, unknown>>) =>
    void lines.push(`${level} ${message} ${JSON.stringify(fields ?? {})}`);
  return { lines, info: at('info'), warn: at('warn'), error: at('error') };
};

export const componentContext = (overrides: Partial<ComponentContext> = {}): ComponentContext => ({
  id: 'under_test',
  log: capturingLog(),
  clock: fakeClock(),
  keys: fakeKeyRing(),
  dataDir: '/nonexistent/betalogs-test',
  ...overrides,
});

/** A canonical event as it leaves `normalize` and `correlate`. */
export const exampleEvent = (overrides: Partial<CanonicalEvent> = {}): CanonicalEvent => ({
  schemaVersion: '1.0',
  eventId: '019ab000-0000-7000-8000-000000000001',
  tenantId: 'acme',
  category: 'business',
  action: 'checkout_started',
  timestamp: '2026-11-23T10:00:00.000000001Z',
  timestampSource: 'event',
  receivedAt: '2026-11-23T10:00:01.5Z',
  processedAt: '2026-11-23T10:00:01.500001Z',
  outcome: 'pending',
  severity: 9,
  actor: { id: 'u-42', type: 'app_user' },
  object: { type: 'order', id: 'o-1001' },
  correlation: { correlationId: 'c-1', method: 'explicit', confidence: 1 },
  source: { kind: 'api' },
  data: { orderId: 'o-1001', total: 59.9 },
  processing: { pipelineVersion: '0.1.0', attempt: 1, truncated: false },
  integrity: { contentHash: `sha256:${'0'.repeat(64)}`, rawSize: 300 },
  ...overrides,
});

/** As many different events as asked for; `change` makes each what the test needs. */
export const exampleEvents = (
  count: number,
  change: (i: number) => Partial<CanonicalEvent> = () => ({}),
): CanonicalEvent[] =>
  Array.from({ length: count }, (_, i) =>
    exampleEvent({ eventId: `019ab000-0000-7000-8000-${String(i).padStart(12, '0')}`, ...change(i) }),
  );

const NEWLINE_BYTES = 1;

/** Events as an exporter gets them from the journal. */
export const storedBatch = (events: readonly CanonicalEvent[], cut?: string): StoredBatch => {
  const lines = events.map((event) => Buffer.from(JSON.stringify(event)));
  let offset = 0;
  const index = events.map((event, i): LineRef => {
    const { length } = lines[i]!;
    const ref = { ...referenceOf(event), offset, length };
    offset += length + NEWLINE_BYTES;
    return ref;
  });
  return {
    lines: Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')])),
    index,
    count: events.length,
    ...(cut === undefined ? {} : { cut }),
    event: (i) => structuredClone(events[i]!),
  };
};

const referenceOf = (event: CanonicalEvent): Omit<LineRef, 'offset' | 'length'> => ({
  eventId: event.eventId,
  tenantId: event.tenantId,
  category: event.category,
  timestamp: instantOf(event.timestamp),
  receivedAt: instantOf(event.receivedAt),
  senderNamed: event.integrity.fingerprint !== undefined,
});

const instantOf = (text: string): Instant => {
  const parsed = parseInstant(text);
  if (typeof parsed === 'string') throw new RangeError(`an event of a test has a time that does not parse: ${parsed}`);
  return parsed.instant;
};
