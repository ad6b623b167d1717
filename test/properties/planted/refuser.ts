// A store that takes nothing: what it is given goes to the dead letters.
import { definePlugin, forAll, z } from 'betalogs-collector/sdk';

export default definePlugin({
  kind: 'exporter',
  type: 'refuser',
  stability: 'experimental',
  summary: 'Refuses every event.',
  guarantee: 'nothing is stored',
  batch: { maxEvents: 100, maxBytes: 1024 * 1024, maxWaitMs: 0 },
  config: z.strictObject({}),
  create: () => ({
    export: async (batch) => forAll(batch, { status: 'dead', code: 'REFUSED', message: 'is taken by nobody' }),
    stop: async () => {},
  }),
});
