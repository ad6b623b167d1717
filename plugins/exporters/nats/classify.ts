// JetStream's answer to an outcome, and nothing else.
import { type ExportOutcome, stored } from '../../../src/sdk/index.ts';

/** What came of one message. */
export type Answer =
  | { readonly kind: 'stored' }
  /** The API's `err_code`. */
  | { readonly kind: 'error'; readonly code: number }
  /** No stream listens on the subject, or its server is not there. */
  | { readonly kind: 'no_responders' }
  | { readonly kind: 'denied' }
  | { readonly kind: 'too_large' }
  | { readonly kind: 'unanswered'; readonly reason: string };

/** What no waiting mends; every other code is tried again. */
const STOP: Readonly<Record<number, string>> = {
  10_039: 'JetStream is not enabled for this account',
  10_054: "an event's message is larger than the stream's max_msg_size: raise it, or lower max_batch_bytes",
  10_060: 'the subject belongs to another stream than the one that is configured',
  10_109: 'the stream is sealed',
};

const RETRY: Readonly<Record<number, string>> = {
  10_002: "the account's resources are used up",
  10_023: "the server's resources are used up",
  10_047: "the server's storage is used up",
  10_077: 'the stream is full, or cannot be written',
};

export const classify = (answer: Answer): ExportOutcome => {
  switch (answer.kind) {
    case 'stored':
      return stored;
    case 'error':
      return ofCode(answer.code);
    case 'no_responders':
      return { status: 'retry', reason: 'no stream takes the subject' };
    case 'denied':
      return { status: 'stop', reason: 'publishing is not permitted' };
    case 'too_large':
      return { status: 'stop', reason: "an event is larger than the server's max_payload: raise it" };
    case 'unanswered':
    default:
      return { status: 'retry', reason: answer.reason };
  }
};

const ofCode = (code: number): ExportOutcome => {
  const stop = STOP[code];
  if (stop !== undefined) return { status: 'stop', reason: `${stop} (${code})` };
  return { status: 'retry', reason: `${RETRY[code] ?? 'JetStream refused the message'} (${code})` };
};
