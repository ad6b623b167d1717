// Events derived from refused ones: journaled in the commit of the batch that they came with (ARCHITECTURE.md 1).
import { nameBasedId, uuidv7 } from '../event/ids.ts';
import type { RawEvent } from '../event/raw-event.ts';
import type { Clock } from '../event/time.ts';
import type { AuditRecord } from '../journal/format/records.ts';
import type { BatchItem, BatchOrigin, EventBatch, Outcome, Violation } from '../sdk/index.ts';
import { violationEvent, violationRecord, type Occurrence } from './violation-event.ts';
import { createViolationLimit } from './violation-limit.ts';

/** What a violation becomes: an item for the pipeline, and a record for the journal. */
export interface Derived {
  readonly item: BatchItem;
  readonly record: AuditRecord;
}

export interface Violations {
  /** Of a batch in which events name another tenant than their credential's. Undefined: none does, or too many did. */
  of(origin: BatchOrigin, refused: readonly RawEvent[]): Derived | undefined;
  /** Of a violation that came without a batch. Undefined: too many came. */
  from(violation: Violation): (Derived & { readonly origin: Omit<BatchOrigin, 'pipeline'> }) | undefined;
}

export const createViolations = (clock: Pick<Clock, 'now' | 'monotonicMs'>): Violations => {
  const limit = createViolationLimit(() => clock.monotonicMs());
  const derive = (violation: Violation & Omit<Occurrence, 'leftOut'>): Derived | undefined => {
    const leftOut = limit.take(violation.tenant, violation.principal);
    if (leftOut === undefined) return undefined;
    const occurrence = { ...violation, leftOut };
    const item = { slot: 0, raw: violationEvent(occurrence), event: undefined };
    return { item, record: violationRecord(occurrence) };
  };
  return {
    of: ({ tenant, receiver, receivedAt, principal = receiver }, refused) => {
      const [first] = refused;
      if (first === undefined) return undefined;
      return derive({
        type: 'cross_tenant_access',
        tenant,
        principal,
        component: receiver,
        at: receivedAt,
        causeId: idOf(tenant, first),
        isEvent: true,
        events: refused.length,
      });
    },
    from: (violation) => {
      const at = clock.now();
      const derived = derive({ ...violation, at, causeId: uuidv7(at), isEvent: false });
      const { tenant, component: receiver, principal } = violation;
      return derived && { ...derived, origin: { tenant, receiver, receivedAt: at, principal } };
    },
  };
};

/** The id that the refused event would have had (EVENTS.md 2.1). */
const idOf = (tenant: string, { eventId, identity }: RawEvent): string =>
  eventId ?? nameBasedId(tenant, identity?.name ?? '', identity?.id ?? '', identity?.part ?? '');

const MISMATCH = 'TENANT_MISMATCH';

/** Of the items that went in, those that were refused for the tenant that they name. */
export const namingOthers = (items: readonly BatchItem[], { settled }: EventBatch): readonly RawEvent[] => {
  let slots: Set<number> | undefined;
  for (const [slot, outcome] of settled) if (isMismatch(outcome)) (slots ??= new Set()).add(slot);
  return slots === undefined ? [] : items.filter(({ slot }) => slots.has(slot)).map(({ raw }) => raw);
};

const isMismatch = (outcome: Outcome): boolean =>
  outcome.status === 'rejected' && outcome.errors.some(({ code }) => code === MISMATCH);
