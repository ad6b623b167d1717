// Messages of tests, which remember how they were answered.
import type { Incoming, MessageAnswer } from './message.ts';

export interface FakeMessage extends Incoming {
  readonly answers: MessageAnswer[];
  /** How often more time was asked for. */
  readonly beats: () => number;
}

export interface FakeMessageOptions {
  readonly subject?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly attempts?: number;
  readonly sequence?: number;
}

export const fakeMessage = (body: unknown, options: FakeMessageOptions = {}): FakeMessage => {
  const { subject = 'events.acme.orders', headers = {}, attempts = 1, sequence = 1 } = options;
  const answers: MessageAnswer[] = [];
  let beats = 0;
  return {
    subject,
    attempts,
    data: body instanceof Uint8Array ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    place: { stream: 'betalogs', sequence, timestampNanos: 1_795_000_000_000_000_123n },
    header: (name) => headers[name] ?? '',
    answer: (answer) => void answers.push(answer),
    working: () => void beats++,
    answers,
    beats: () => beats,
  };
};
