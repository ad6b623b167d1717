// The configuration's processors over what was read, with nothing behind them but the output.
import type { LoadedConfig } from '../../config/load-config.ts';
import type { Clock } from '../../event/time.ts';
import { createCounters } from '../../pipeline/counters.ts';
import { createPipeline } from '../../pipeline/pipeline.ts';
import { createRecentIds } from '../../pipeline/recent-ids.ts';
import { createSteps } from '../../runtime/pipelines.ts';
import { VERSION } from '../../runtime/version.ts';
import { createBufferPool } from '../../sdk/buffer-pool.ts';
import type { BatchItem, KeyRing, Log, Outcome, RawSlot } from '../../sdk/index.ts';

export const RECEIVER = 'convert';
const TENANT = 'default';

export interface ConverterParts {
  readonly config: Extract<LoadedConfig, { ok: true }>['config'];
  readonly clock: Clock;
  readonly keys: KeyRing;
  readonly log: Log;
  /** Given to processors as it is; nothing is made there. */
  readonly dataDir: string;
}

export interface Converted {
  /** One for each slot. */
  readonly outcomes: readonly Outcome[];
  /** Canonical events, one a line, in the order of their slots. */
  readonly lines: string;
}

export type Convert = (slots: readonly RawSlot[]) => Promise<Converted>;

/** Undefined where the configuration has no pipeline. */
export const createConverter = ({ config, clock, keys, log, dataDir }: ConverterParts): Convert | undefined => {
  const [first] = config.pipelines;
  if (first === undefined) return undefined;
  let written: string[] = [];
  const pipeline = createPipeline({
    name: first.name,
    steps: createSteps(config, first.processors, (id) => ({ id, log, clock, keys, dataDir, version: VERSION })),
    // The bytes are used again once this has resolved.
    journal: {
      append: async ({ lines }) => void written.push(Buffer.from(lines).toString()),
      audit: () => Promise.resolve(),
    },
    pool: createBufferPool(),
    recent: createRecentIds(1),
    counters: createCounters(),
    log,
  });
  return async (slots) => {
    written = [];
    const items = slots.flatMap((slot, i): BatchItem[] =>
      'verdict' in slot ? [] : [{ slot: i, raw: slot, event: undefined }],
    );
    const origin = { tenant: TENANT, receiver: RECEIVER, pipeline: first.name, receivedAt: clock.now() };
    const settled = items.length === 0 ? [] : await pipeline.run(origin, items);
    return { outcomes: slots.map((slot, i) => settled[i] ?? decided(slot)), lines: written.join('') };
  };
};

const decided = (slot: RawSlot): Outcome =>
  'verdict' in slot && slot.verdict === 'reject'
    ? { status: 'rejected', errors: slot.errors }
    : { status: 'filtered', reason: 'verdict' in slot ? slot.reason : 'pipeline' };
