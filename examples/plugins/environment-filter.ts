import { definePlugin, drop, eachEvent, pass, z } from 'betalogs-collector/sdk';

export default definePlugin({
  kind: 'processor',
  type: 'environment_filter',
  stability: 'stable',
  summary: 'Keeps the events of the named environments.',
  config: z.strictObject({ keep: z.array(z.string()).min(1).describe('Environment names, compared exactly.') }),
  create: ({ keep }) => {
    const kept = new Set(keep);
    return eachEvent((event) => (kept.has(event.service?.environment ?? '') ? pass : drop('environment')));
  },
});
