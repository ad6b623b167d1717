import { definePlugin, z } from '../../../src/sdk/index.ts';
import { VERBOSITIES } from './encode.ts';
import { exportBatch } from './export-batch.ts';
import { writeToStderr } from './send.ts';

const config = z.strictObject({
  verbosity: z
    .enum(VERBOSITIES)
    .default('basic')
    .describe('basic: a line a batch; normal: a line an event; detailed: the events themselves, redacted.'),
});

export default definePlugin({
  kind: 'exporter',
  type: 'debug',
  stability: 'beta',
  summary: 'Prints what would be stored on stderr, for a look at a pipeline while it is built.',
  guarantee: 'at least once, same id; nothing is stored',
  batch: { maxEvents: 1000, maxBytes: 1024 * 1024, maxWaitMs: 0 },
  config,
  create: ({ verbosity }) => ({
    export: (batch, signal) => exportBatch(writeToStderr, verbosity, batch, signal),
    stop: async () => {},
  }),
});
