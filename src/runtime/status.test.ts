import { expect, test } from 'vitest';
import type { CheckedConfig } from '../config/checked-config.ts';
import type { Delivery, DeliveryStatus } from '../delivery/delivery.ts';
import { instantToMs } from '../event/time.ts';
import type { Journal, JournalCursor } from '../journal/journal.ts';
import { createCounters } from '../pipeline/counters.ts';
import type { CollectorStatus } from '../sdk/index.ts';
import { fakeClock } from '../testkit/fakes.ts';
import { createStatus } from './status.ts';

interface Situation {
  readonly phase?: 'starting' | 'running' | 'stopping';
  readonly hasRoom?: boolean;
  readonly delivery?: Partial<DeliveryStatus>;
  /** Seconds for which the oldest event has waited; undefined: it has caught up. */
  readonly behind?: number;
}

const statusOf = ({ phase = 'running', hasRoom = true, delivery = {}, behind }: Situation): CollectorStatus => {
  const clock = fakeClock();
  const counters = createCounters();
  counters.add('http', 'accepted', 2, 'acme');
  counters.add('http', 'accepted', 3, 'globex');
  const own: DeliveryStatus = {
    state: 'ok',
    breaker: 'closed',
    stored: 5,
    dead: 1,
    attempts: 2,
    retries: 0,
    ...delivery,
  };
  const oldestMs = behind === undefined ? undefined : instantToMs(clock.now()) - behind * 1000;
  return createStatus({
    config: { receivers: [{ id: 'http' }], processors: [], exporters: [], extensions: [] } as unknown as CheckedConfig,
    journal: { bytes: () => 42, hasRoom: () => hasRoom } as unknown as Journal,
    deliveries: new Map([
      [
        'pg',
        {
          delivery: { status: () => own } as unknown as Delivery,
          cursor: {
            oldestPendingMs: () => oldestMs,
            pendingFrames: () => (behind === undefined ? 0 : 7),
          } as unknown as JournalCursor,
        },
      ],
    ]),
    counters,
    clock,
    phase: () => phase,
  })();
};

test('tells of each component its state and its counts, of an exporter how far it is behind', () => {
  const { components, journalBytes } = statusOf({
    behind: 12,
    delivery: { state: 'retrying', reason: 'connection refused' },
  });
  expect(journalBytes).toBe(42);
  expect(components).toMatchObject([
    { id: 'http', kind: 'receiver', state: 'ok', counts: { accepted: 5 } },
    {
      id: 'pg',
      kind: 'exporter',
      state: 'retrying',
      reason: 'connection refused',
      oldestUndeliveredSeconds: 12,
      counts: { stored: 5, dead: 1, pendingFrames: 7 },
    },
  ]);
});

test.each<[string, Situation, readonly string[]]>([
  ['everything is well', {}, []],
  ['a store is down for a while', { behind: 59, delivery: { state: 'retrying', reason: 'x' } }, []],
  ['a store is down for more than a minute', { behind: 61 }, ['pg: its oldest undelivered event has waited 61 s']],
  ['a store refuses us', { delivery: { state: 'failed', reason: 'bad password' } }, ['pg: bad password']],
  ['the disk is full', { hasRoom: false }, ['the journal has no room: free disk space, or let the stores catch up']],
  ['it starts', { phase: 'starting' }, ['starting']],
  ['it stops', { phase: 'stopping' }, ['stopping']],
])('%s', (_, situation, reasons) => {
  expect(statusOf(situation)).toMatchObject({ ready: reasons.length === 0, reasons });
});
