// A batch to messages: the events of one tenant and category, as NDJSON, below the server's largest payload. Pure.
import { hash } from 'node:crypto';
import type { LineRef, StoredBatch } from '../../../src/sdk/index.ts';
import type { SubjectOf } from './subject.ts';

export interface OutgoingMessage {
  readonly subject: string;
  /** The same for the same events: JetStream's window drops a message that comes again. */
  readonly id: string;
  readonly payload: Uint8Array;
  /** Positions in the batch. */
  readonly positions: readonly number[];
}

export interface Encoded {
  readonly messages: readonly OutgoingMessage[];
  /** Positions of events that no message can hold. */
  readonly tooLarge: readonly number[];
}

export interface EncodeOptions {
  readonly subjectOf: SubjectOf;
  readonly maxBytes: number;
}

interface Draft {
  readonly subject: string;
  readonly ids: string[];
  readonly positions: number[];
  /** Start and end of runs of lines, by turns. */
  readonly runs: number[];
  bytes: number;
}

const NEWLINE_BYTES = 1;

export const encode = ({ lines, index }: StoredBatch, { subjectOf, maxBytes }: EncodeOptions): Encoded => {
  const open = new Map<string, Draft>();
  const messages: OutgoingMessage[] = [];
  const tooLarge: number[] = [];
  for (const [position, ref] of index.entries()) {
    const bytes = ref.length + NEWLINE_BYTES;
    if (bytes > maxBytes) {
      tooLarge.push(position);
      continue;
    }
    const key = `${ref.category} ${ref.tenantId}`;
    let draft = open.get(key);
    if (draft === undefined || draft.bytes + bytes > maxBytes) {
      if (draft !== undefined) messages.push(toMessage(draft, lines));
      draft = { subject: subjectOf(ref.tenantId, ref.category), ids: [], positions: [], runs: [], bytes: 0 };
      open.set(key, draft);
    }
    add(draft, position, ref, bytes);
  }
  for (const draft of open.values()) messages.push(toMessage(draft, lines));
  return { messages, tooLarge };
};

const add = (draft: Draft, position: number, { offset, eventId }: LineRef, bytes: number): void => {
  const { runs } = draft;
  if (runs.at(-1) === offset) runs[runs.length - 1] = offset + bytes;
  else runs.push(offset, offset + bytes);
  draft.positions.push(position);
  draft.ids.push(eventId);
  draft.bytes += bytes;
};

const toMessage = ({ subject, ids, positions, runs }: Draft, lines: Uint8Array): OutgoingMessage => {
  const parts: Uint8Array[] = [];
  for (let i = 0; i < runs.length; i += 2) parts.push(lines.subarray(runs[i], runs[i + 1]));
  return {
    subject,
    positions,
    payload: parts.length === 1 ? parts[0]! : Buffer.concat(parts),
    id: hash('sha256', `${subject}\n${ids.join('\n')}`, 'base64url'),
  };
};
