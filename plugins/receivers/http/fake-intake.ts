// An intake for the tests beside it: keeps its books, and answers each event by a word in it.
import type { Busy, Credential, Intake, Lease, Outcome, RawSlot } from '../../../src/sdk/index.ts';

export interface FakeIntake extends Intake {
  /** The slots of every emit, in order. */
  readonly batches: (readonly RawSlot[])[];
  readonly credentials: Credential[];
  /** Bytes held now, and the most that ever were. */
  readonly room: { held: number; peak: number };
  /** What the next reservations meet. */
  busy: Busy | undefined;
  /** Held bytes beyond which `grow` refuses. */
  limit: number;
  /** What becomes of an event with `description: <word>`, besides accepted. */
  readonly fates: Readonly<Record<string, Outcome>>;
  /** Awaited before an emit is answered. */
  gate: Promise<void>;
}

export const BAD_TOKEN = 'blk_wrong';

export const createFakeIntake = (): FakeIntake => {
  const room = { held: 0, peak: 0 };
  const take = (bytes: number): Busy | undefined => {
    if (room.held + bytes > intake.limit) return { busy: 'memory', afterMs: 1500 };
    room.held += bytes;
    room.peak = Math.max(room.peak, room.held);
    return undefined;
  };
  const intake: FakeIntake = {
    batches: [],
    credentials: [],
    room,
    busy: undefined,
    limit: Number.POSITIVE_INFINITY,
    gate: Promise.resolve(),
    fates: {
      duplicate: { status: 'duplicate', eventId: 'id-of-the-first', correlationId: 'c-0' },
      filtered: { status: 'filtered', reason: 'environment' },
      rejected: {
        status: 'rejected',
        errors: [
          { code: 'EVENT_FIELD_REQUIRED', path: '/action', message: 'is missing' },
          { code: 'EVENT_FIELD_TYPE', path: '/actor', message: 'must be an object' },
        ],
      },
      foreign: {
        status: 'rejected',
        errors: [{ code: 'TENANT_MISMATCH', path: '/tenantId', message: 'is not the credential’s' }],
      },
      quota: { status: 'retry', afterMs: 2500, reason: 'quota' },
      disk_full: { status: 'retry', afterMs: 5000, reason: 'disk_full' },
    },
    authenticate: async (credential) => {
      intake.credentials.push(credential);
      if (credential.bearer === BAD_TOKEN)
        return { status: 401, code: 'AUTH_INVALID', message: 'The key is not known.' };
      return { tenant: 'acme', scopes: new Set(['ingest']), name: 'blk_12345678' };
    },
    now: () => ({ seconds: 1_767_322_800, nanos: 5 }),
    knows: () => true,
    deadLetter: async () => undefined,
    reserve: (tenant, bytes) => intake.busy ?? take(bytes) ?? createLease(intake, tenant, bytes, take),
  };
  return intake;
};

const createLease = (
  intake: FakeIntake,
  tenant: string,
  reserved: number,
  take: (bytes: number) => Busy | undefined,
): Lease => {
  let held = reserved;
  const release = () => {
    intake.room.held -= held;
    held = 0;
  };
  return {
    tenant,
    grow: (bytes) => {
      const busy = take(bytes);
      if (busy === undefined) held += bytes;
      return busy;
    },
    emit: async ({ slots }) => {
      await intake.gate;
      intake.batches.push(slots);
      release();
      return slots.map((slot, i) => outcomeOf(intake, slot, i));
    },
    release,
  };
};

const outcomeOf = ({ fates }: FakeIntake, slot: RawSlot, i: number): Outcome => {
  if ('verdict' in slot) {
    return slot.verdict === 'drop'
      ? { status: 'filtered', reason: slot.reason }
      : { status: 'rejected', errors: slot.errors };
  }
  const { description } = slot.content;
  const fate = typeof description === 'string' && Object.hasOwn(fates, description) ? fates[description] : undefined;
  return fate ?? { status: 'accepted', eventId: `id-${i}`, correlationId: `c-${i}` };
};
