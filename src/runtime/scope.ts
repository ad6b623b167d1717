import type { CheckedConfig } from '../config/checked-config.ts';
import type { Clock } from '../event/time.ts';
import type { KeyRing, Log } from '../sdk/index.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

/** What a collector is started with. */
export interface CollectorOptions {
  readonly config: CheckedConfig;
  /** Absolute. */
  readonly dataDir: string;
  readonly keys: KeyRing;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  /** Its own metrics and traces. */
  readonly telemetry: Telemetry;
}

/** What is started stops in the opposite order, with the time that is left: all of it on `stop`, none after a failed start. */
export interface Scope {
  readonly stack: AsyncDisposableStack;
  deadline: AbortSignal;
}
