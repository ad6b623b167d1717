import type { RawEvent, SenderIdentity } from '../../../src/event/raw-event.ts';
import type { CanonicalEvent, NativeEvent } from '../../../src/event/schema.ts';
import { addStray, type Notes } from './notes.ts';

export type SentSource = Exclude<NonNullable<NativeEvent['source']>, string>;

/** `source: "billing"` is short for its name. */
export const sentSource = (source: NativeEvent['source']): SentSource | undefined =>
  typeof source === 'string' ? { name: source } : source;

const MAX_TEXT = 256;
const fits = (text: string): boolean => text !== '' && Buffer.byteLength(text) <= MAX_TEXT;

/** Where it came from: the edge says by which door, the sender says the rest. */
export const sourceOf = (
  { source: { kind } }: RawEvent,
  sent: SentSource | undefined,
  identity: SenderIdentity | undefined,
  notes: Notes,
): CanonicalEvent['source'] => {
  if (sent?.kind !== undefined && sent.kind !== kind) addStray(notes, 'source.kind', sent.kind);
  if (sent === undefined && identity === undefined) return { kind };
  const named = identity !== undefined && identity.part === undefined ? identity : undefined;
  return {
    kind,
    name: sent?.name ?? (named !== undefined && fits(named.name) ? named.name : undefined),
    eventId: named !== undefined && fits(named.id) ? named.id : sent?.eventId,
    type: sent?.type,
    version: sent?.version,
  };
};
