import type { Delivery } from '../delivery/delivery.ts';
import type { Clock } from '../event/time.ts';
import type { Journal, JournalCursor } from '../journal/journal.ts';
import type { Counters } from '../pipeline/counters.ts';
import { instantToMs } from '../event/time.ts';
import type { CollectorStatus, ComponentStatus } from '../sdk/index.ts';
import type { CheckedConfig } from '../config/checked-config.ts';
import { VERSION } from './version.ts';

/** An undelivered event older than this makes the collector unready: a store has not caught up for a minute. */
const MAX_UNDELIVERED_SECONDS = 60;

export interface StatusParts {
  readonly config: CheckedConfig;
  readonly journal: Journal;
  readonly deliveries: ReadonlyMap<string, { readonly delivery: Delivery; readonly cursor: JournalCursor }>;
  readonly counters: Counters;
  readonly clock: Clock;
  /** `starting` until everything listens, `stopping` from the signal on. */
  readonly phase: () => 'starting' | 'running' | 'stopping';
}

/** Tells the state of everything, from what each part says of itself. */
export const createStatus = (parts: StatusParts): (() => CollectorStatus) => {
  const startedMs = parts.clock.monotonicMs();
  return () => {
    const components = componentsOf(parts);
    const reasons = reasonsAgainst(parts, components);
    return {
      ready: reasons.length === 0,
      reasons,
      version: VERSION,
      uptimeSeconds: Math.floor((parts.clock.monotonicMs() - startedMs) / 1000),
      journalBytes: parts.journal.bytes(),
      components,
    };
  };
};

const componentsOf = ({ config, deliveries, counters, clock, phase }: StatusParts): ComponentStatus[] => {
  const state = phase() === 'starting' ? 'starting' : phase() === 'running' ? 'ok' : 'stopped';
  const plain = (kind: ComponentStatus['kind'], id: string): ComponentStatus => ({
    id,
    kind,
    state,
    counts: counters.of(id),
  });
  const nowMs = instantToMs(clock.now());
  return [
    ...config.receivers.map(({ id }) => plain('receiver', id)),
    ...config.processors.map(({ id }) => plain('processor', id)),
    ...[...deliveries].map(([id, { delivery, cursor }]): ComponentStatus => {
      const { state: own, reason, stored, dead, attempts, retries } = delivery.status();
      return {
        id,
        kind: 'exporter',
        state: own,
        ...(reason === undefined ? {} : { reason }),
        oldestUndeliveredSeconds: secondsBehind(cursor, nowMs),
        counts: { stored, dead, attempts, retries, pendingFrames: cursor.pendingFrames() },
      };
    }),
    ...config.extensions.map(({ id }) => plain('extension', id)),
  ];
};

/** How long the oldest event that an exporter has not stored has waited; 0 when it has caught up. */
export const secondsBehind = (cursor: JournalCursor, nowMs: number): number => {
  const oldestMs = cursor.oldestPendingMs();
  return oldestMs === undefined ? 0 : Math.max(0, (nowMs - oldestMs) / 1000);
};

const reasonsAgainst = ({ journal, phase }: StatusParts, components: readonly ComponentStatus[]): string[] => {
  const reasons: string[] = [];
  if (phase() !== 'running') reasons.push(phase());
  if (!journal.hasRoom()) reasons.push('the journal has no room: free disk space, or let the stores catch up');
  for (const { id, state, reason, oldestUndeliveredSeconds = 0 } of components) {
    if (state === 'failed') reasons.push(`${id}: ${reason ?? 'failed'}`);
    if (oldestUndeliveredSeconds > MAX_UNDELIVERED_SECONDS) {
      reasons.push(`${id}: its oldest undelivered event has waited ${Math.round(oldestUndeliveredSeconds)} s`);
    }
  }
  return reasons;
};
