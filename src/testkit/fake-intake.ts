import type {
  Busy,
  Intake,
  Lease,
  Outcome,
  Principal,
  RawBatch,
  RawSlot,
  Refusal,
  RefusedInput,
} from '../sdk/index.ts';
import type { Instant } from '../event/time.ts';

export interface FakeIntakeOptions {
  /** What becomes of a slot; by default what its decoding decided, else accepted. */
  readonly outcomeOf?: (slot: RawSlot, position: number) => Outcome;
  readonly now?: Instant;
  /** The tenants that are configured; without it, every one. */
  readonly tenants?: readonly string[];
}

export interface FakeIntake extends Intake {
  /** What was emitted, in order. */
  readonly emits: readonly RawBatch[];
  /** What was made a dead letter, in order. */
  readonly letters: readonly RefusedInput[];
  /** Bytes that are reserved and not given back. */
  readonly held: number;
  /** Refuses reservations (and growth) until it is called with undefined. */
  setBusy(busy: Busy | undefined): void;
  /** Refuses credentials until it is called with undefined. */
  setRefusal(refusal: Refusal | undefined): void;
  /** Emits stay unanswered until `release` is called; `arrived` resolves with the first of them. */
  hold(): { readonly arrived: Promise<void>; release(): void };
}

const PRINCIPAL: Principal = { tenant: 'acme', scopes: new Set(['ingest']), name: 'blk_testtest' };

/** An engine that accepts everything, and records it. */
export const fakeIntake = ({ outcomeOf = accepted, now, tenants }: FakeIntakeOptions = {}): FakeIntake => {
  const emits: RawBatch[] = [];
  const letters: RefusedInput[] = [];
  let held = 0;
  let busy: Busy | undefined;
  let refusal: Refusal | undefined;
  let gate: Promise<void> = Promise.resolve();
  let arrive = (): void => {};

  const createLease = (tenant: string, bytes: number): Lease => {
    let own = bytes;
    held += bytes;
    const release = (): void => {
      held -= own;
      own = 0;
    };
    return {
      tenant,
      release,
      grow: (more) => {
        if (busy !== undefined) return busy;
        own += more;
        held += more;
        return undefined;
      },
      emit: async (batch) => {
        emits.push(batch);
        arrive();
        await gate;
        release();
        return batch.slots.map(outcomeOf);
      },
    };
  };

  return {
    emits,
    letters,
    knows: (tenant) => tenants?.includes(tenant) ?? true,
    deadLetter: async (refused) => void letters.push(...refused),
    get held() {
      return held;
    },
    now: () => now ?? { seconds: 1_795_000_000, nanos: 0 },
    authenticate: async () => refusal ?? PRINCIPAL,
    reserve: (tenant, bytes) => busy ?? createLease(tenant, bytes),
    setBusy: (value) => {
      busy = value;
    },
    setRefusal: (value) => {
      refusal = value;
    },
    hold: () => {
      const { promise: arrived, resolve: onArrival } = Promise.withResolvers<void>();
      const { promise, resolve: release } = Promise.withResolvers<void>();
      arrive = onArrival;
      gate = promise;
      return { arrived, release };
    },
  };
};

const accepted = (slot: RawSlot, position: number): Outcome => {
  if (!('verdict' in slot)) {
    const eventId = slot.eventId ?? `019ab000-0000-7000-8000-${String(position).padStart(12, '0')}`;
    return { status: 'accepted', eventId, correlationId: eventId };
  }
  return slot.verdict === 'drop'
    ? { status: 'filtered', reason: slot.reason }
    : { status: 'rejected', errors: slot.errors };
};
