// From messages to answers: groups what comes at once, reserves, decodes, emits, and answers each message for its events.
import {
  type Busy,
  type EventError,
  type Intake,
  isBusy,
  type Lease,
  type Log,
  type Outcome,
  type RefusedInput,
} from '../../../src/sdk/index.ts';
import type { Clock } from '../../../src/event/time.ts';
import { classify } from './classify.ts';
import { decode, type Decoded, type DecodeOptions, isUndecodable } from './decode.ts';
import { type KeyOf, letterOfMessage, lettersOfSlots } from './letters.ts';
import type { Incoming, MessageAnswer } from './message.ts';
import type { TenantOf } from './tenant.ts';

export interface TakerOptions extends DecodeOptions {
  readonly intake: Intake;
  readonly tenantOf: TenantOf;
  readonly keyOf: KeyOf;
  readonly clock: Pick<Clock, 'schedule'>;
  readonly log: Log;
  /** How often to ask the server for more time for what is not answered yet. */
  readonly heartbeatMs: number;
  /** No room: nothing should be asked for until then. */
  readonly onBusy: (busy: Busy) => void;
  /** A message was answered. */
  readonly onAnswered: () => void;
}

export interface Taker {
  take(message: Incoming): void;
  /** Messages that are not answered yet. */
  readonly open: number;
}

interface Group {
  readonly tenant: string;
  readonly messages: Incoming[];
  bytes: number;
}

/** Messages that are emitted together hold at most this much, or are one. */
const MAX_GROUP_BYTES = 1024 ** 2;
/** The dead letters have no room, or a bug: the message comes again. */
const TROUBLE_NAK: MessageAnswer = { kind: 'nak', afterMs: 5000 };

const NO_TENANT: EventError = { code: 'NATS_TENANT', path: '', message: 'the subject names no tenant' };
const UNKNOWN_TENANT: EventError = { code: 'NATS_TENANT_UNKNOWN', path: '', message: 'the tenant is not configured' };
const rejected = (error: EventError): Outcome => ({ status: 'rejected', errors: [error] });

export const createTaker = (options: TakerOptions): Taker => {
  const { intake, tenantOf, log, clock } = options;
  const open = new Set<Incoming>();
  let queued: Incoming[] = [];
  let cancelHeartbeat: (() => void) | undefined;

  const beat = (): void => {
    for (const message of open) message.working();
    cancelHeartbeat = open.size > 0 ? clock.schedule(options.heartbeatMs, beat) : undefined;
  };

  const answer = (message: Incoming, how: MessageAnswer): void => {
    if (!open.delete(message)) return;
    message.answer(how);
    if (open.size === 0) {
      cancelHeartbeat?.();
      cancelHeartbeat = undefined;
    }
    options.onAnswered();
  };

  const guarded = async (messages: readonly Incoming[], work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      log.error('messages could not be settled; they come again', { messages: messages.length, ...nameOf(error) });
      for (const message of messages) answer(message, TROUBLE_NAK);
    }
  };

  /** The letter first, the answer then: between them a crash repeats both. */
  const bury = async (message: Incoming, letters: readonly RefusedInput[], then: MessageAnswer): Promise<void> => {
    if (letters.length > 0) await intake.deadLetter(letters);
    answer(message, then);
  };

  /** Whose tenant is not known: each of its events by itself, so that canonical ones are kept. */
  const refuse = (message: Incoming, tenant: string, error: EventError): void => {
    const decoded = decode(message, tenant, intake.now(), options);
    const letters = isUndecodable(decoded)
      ? [letterOfMessage(message, tenant, error, options.keyOf)]
      : lettersOfSlots(
          message,
          tenant,
          decoded,
          decoded.slots.map(() => rejected(error)),
          options.keyOf,
        );
    void guarded([message], () => bury(message, letters, { kind: 'term', reason: error.code }));
  };

  const flush = (): void => {
    const messages = queued;
    queued = [];
    const now = intake.now();
    const fresh = new Map<string, Group>();
    const run = ({ tenant, messages: own, bytes }: Group): void => {
      const lease = intake.reserve(tenant, bytes);
      if (!isBusy(lease)) return void guarded(own, () => emit(lease, own, now));
      options.onBusy(lease);
      for (const message of own) answer(message, { kind: 'nak', afterMs: lease.afterMs });
    };
    for (const message of messages) {
      const tenant = tenantOf(message.subject);
      if (tenant === undefined) refuse(message, '', NO_TENANT);
      else if (!intake.knows(tenant)) refuse(message, tenant, UNKNOWN_TENANT);
      // What comes again may be what failed its neighbours: it stands alone.
      else if (message.attempts > 1) run({ tenant, messages: [message], bytes: message.data.length });
      else if (isFull(fresh.get(tenant), message)) {
        run(fresh.get(tenant)!);
        fresh.set(tenant, groupOf(tenant, message));
      } else join(fresh, tenant, message);
    }
    for (const group of fresh.values()) run(group);
  };

  const emit = async (lease: Lease, messages: readonly Incoming[], now: ReturnType<Intake['now']>): Promise<void> => {
    const { tenant } = lease;
    try {
      const decoded: (readonly [Incoming, Decoded])[] = [];
      const refused: Promise<void>[] = [];
      for (const message of messages) {
        const result = decode(message, tenant, now, options);
        if (!isUndecodable(result)) decoded.push([message, result]);
        else {
          const letter = letterOfMessage(message, tenant, result.error, options.keyOf);
          const then: MessageAnswer = { kind: 'term', reason: result.error.code };
          refused.push(guarded([message], () => bury(message, [letter], then)));
        }
      }
      if (decoded.length > 0) {
        const outcomes = await lease.emit({ slots: decoded.flatMap(([, { slots }]) => slots) });
        let from = 0;
        for (const [message, own] of decoded) {
          const ownOutcomes = outcomes.slice(from, (from += own.slots.length));
          const how = classify(ownOutcomes);
          const letters = how.kind === 'nak' ? [] : lettersOfSlots(message, tenant, own, ownOutcomes, options.keyOf);
          if (letters.length === 0) answer(message, how);
          else refused.push(guarded([message], () => bury(message, letters, how)));
        }
      }
      await Promise.all(refused);
    } finally {
      lease.release();
    }
  };

  return {
    take: (message) => {
      open.add(message);
      // The driver calls back for all messages of a read before a microtask runs.
      if (queued.push(message) === 1) queueMicrotask(flush);
      cancelHeartbeat ??= clock.schedule(options.heartbeatMs, beat);
    },
    get open() {
      return open.size;
    },
  };
};

const groupOf = (tenant: string, message: Incoming): Group => ({
  tenant,
  messages: [message],
  bytes: message.data.length,
});

const isFull = (group: Group | undefined, message: Incoming): boolean =>
  group !== undefined && group.bytes + message.data.length > MAX_GROUP_BYTES;

const join = (groups: Map<string, Group>, tenant: string, message: Incoming): void => {
  const group = groups.get(tenant);
  if (group === undefined) groups.set(tenant, groupOf(tenant, message));
  else {
    group.messages.push(message);
    group.bytes += message.data.length;
  }
};

/** Never the message, which may quote what was sent. */
const nameOf = (error: unknown) => ({ error: error instanceof Error ? error.name : typeof error });
