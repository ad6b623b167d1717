// What a stream's configuration takes away from "nothing acknowledged is ever lost".
import type { StreamConfig } from '@nats-io/jetstream';

type Facts = Pick<
  StreamConfig,
  | 'retention'
  | 'discard'
  | 'storage'
  | 'num_replicas'
  | 'max_age'
  | 'max_bytes'
  | 'max_msgs'
  | 'max_msgs_per_subject'
  | 'duplicate_window'
> & { readonly no_ack?: boolean };

type Weakness = readonly [applies: (facts: Facts) => boolean, words: string];

const hasBound = ({ max_bytes, max_msgs }: Facts): boolean => max_bytes > 0 || max_msgs > 0;

const WEAKNESSES: readonly Weakness[] = [
  [({ storage }) => storage === 'memory', 'storage is memory: a restart of the server loses what is not delivered'],
  [
    ({ num_replicas }) => num_replicas < 2,
    "one replica: its disk's loss is the events' loss; and a crash of its machine, unless the server has sync_interval: always",
  ],
  [(facts) => facts.discard === 'old' && hasBound(facts), 'discard is old: a full stream drops what is not delivered'],
  [
    ({ max_msgs_per_subject, discard }) => max_msgs_per_subject > 0 && discard === 'old',
    'max_msgs_per_subject drops what is not delivered',
  ],
  [({ max_age }) => max_age > 0, 'max_age deletes what is not delivered in time'],
  [({ retention }) => retention === 'interest', 'retention is interest: without a consumer nothing is kept'],
  [
    (facts) => facts.retention === 'limits' && facts.discard === 'new' && hasBound(facts) && facts.max_age === 0,
    'retention is limits without max_age: delivered messages stay, and the stream fills up',
  ],
  [
    ({ duplicate_window }) => duplicate_window === 0,
    'no duplicate_window: a retry is stored again, and collapsed later',
  ],
];

/** In the words of the log; empty for a stream that keeps the promise. */
export const weaknessesOf = (facts: Facts): string[] =>
  WEAKNESSES.filter(([applies]) => applies(facts)).map(([, words]) => words);
