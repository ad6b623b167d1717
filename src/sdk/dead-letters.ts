// Dead letters: what was acknowledged, or taken from a source that would lose it, and cannot be stored as it is.

export const DEAD_LETTER_STAGES = ['receiver', 'processor', 'exporter'] as const;
export type DeadLetterStage = (typeof DEAD_LETTER_STAGES)[number];

export interface DeadLetter {
  /** UUIDv7: ascends with time. */
  readonly id: string;
  /** RFC 3339. */
  readonly at: string;
  /** Which kind of component gave it up. */
  readonly stage: DeadLetterStage;
  readonly code: string;
  /** Holds no value of the event. */
  readonly message: string;
  /** The component's id. */
  readonly component: string;
  readonly tenant: string;
  readonly attempts: number;
  readonly eventId?: string;
  /** The event's canonical JSON line, redacted; absent where there is none that may be kept. */
  readonly line?: string;
  /** In place of the line: its bytes, and an HMAC by which its sender can find it. */
  readonly size?: number;
  readonly digest?: string;
}

/** All that are given must fit. */
export interface DeadLetterFilter {
  readonly ids?: ReadonlySet<string>;
  readonly tenant?: string;
  readonly stage?: DeadLetterStage;
  readonly code?: string;
  readonly component?: string;
  /** From this on, before this: ms since 1970. */
  readonly sinceMs?: number;
  readonly untilMs?: number;
}

/**
 * What became of one letter. `retried`: stored, and resolved by it. `refused`: the exporter refused it again; it stays,
 * with an attempt more. `unavailable`: the store took nothing for now; it stays as it was. `not_retriable`: it holds no
 * event that could be sent, or its exporter is not in the configuration. `matched`: a dry run left it alone.
 */
export interface DeadLetterResult {
  readonly id: string;
  readonly status: 'retried' | 'refused' | 'unavailable' | 'not_retriable' | 'dropped' | 'matched';
  readonly code?: string;
  readonly message?: string;
}

/** The dead letters of one data directory. Every call may name a tenant, and then sees no other's. */
export interface DeadLetterQueue {
  /** Newest first. */
  list(filter: DeadLetterFilter, limit: number): Promise<readonly DeadLetter[]>;
  /** Sends the letters' events once more, each to the exporter that refused it and with its own id. Oldest first. */
  retry(filter: DeadLetterFilter, options: { readonly dryRun: boolean }): Promise<readonly DeadLetterResult[]>;
  /** Gives them up for good. */
  drop(filter: DeadLetterFilter, options: { readonly dryRun: boolean }): Promise<readonly DeadLetterResult[]>;
}

/** As the HTTP API and `dlq --json` tell it; the event goes out as it was sealed. */
export const deadLetterJson = ({ line, ...facts }: DeadLetter): string => {
  const json = JSON.stringify(facts);
  return line === undefined ? json : `${json.slice(0, -1)},"event":${line}}`;
};
