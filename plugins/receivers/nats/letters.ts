// What is kept of what is refused: for an event that another collector has redacted, its line; else size and HMAC alone.
import { createHmac } from 'node:crypto';
import { schemaPath } from '../../../src/event/field-names.ts';
import type { EventError, Outcome, RawSlot, RefusedInput } from '../../../src/sdk/index.ts';
import type { Decoded } from './decode.ts';
import type { Incoming } from './message.ts';

/** A key for the HMAC, by tenant. */
export type KeyOf = (tenant: string) => Buffer;

export const letterOfMessage = (message: Incoming, tenant: string, error: EventError, keyOf: KeyOf): RefusedInput => ({
  tenant,
  code: error.code,
  message: wordsOf(error),
  attempts: message.attempts,
  size: message.data.length,
  digest: digestOf(message.data, tenant, keyOf),
});

export const lettersOfSlots = (
  message: Incoming,
  tenant: string,
  { slots, lines }: Decoded,
  outcomes: readonly Outcome[],
  keyOf: KeyOf,
): RefusedInput[] =>
  outcomes.flatMap((outcome, i) => {
    if (outcome.status !== 'rejected') return [];
    const line = lines[i];
    const text = line ?? textOf(slots[i]!, message);
    const error = outcome.errors[0] ?? UNKNOWN;
    return {
      tenant,
      code: error.code,
      message: wordsOf(error),
      attempts: message.attempts,
      size: Buffer.byteLength(text),
      digest: digestOf(text, tenant, keyOf),
      ...keptOf(slots[i]!, line),
    };
  });

const UNKNOWN: EventError = { code: 'REJECTED', path: '', message: 'is refused' };
/** On disk for longer than the sender's answer lives: a key of the sender's may itself be a secret. */
const wordsOf = ({ path, message }: EventError): string => (path === '' ? message : `${schemaPath(path)} ${message}`);

const textOf = (slot: RawSlot, message: Incoming): string | Uint8Array =>
  'content' in slot ? JSON.stringify(slot.content) : message.data;

const keptOf = (slot: RawSlot, line: string | undefined): Pick<RefusedInput, 'eventId' | 'line'> => {
  if (!('content' in slot) || line === undefined || slot.eventId === undefined) return {};
  return { eventId: slot.eventId, line };
};

const digestOf = (data: string | Uint8Array, tenant: string, keyOf: KeyOf): string =>
  `hmac-sha256:${createHmac('sha256', keyOf(tenant)).update(data).digest('hex')}`;
