import { createSystemClock } from '../runtime/clock.ts';
import { loadKeyRing } from '../runtime/keys.ts';
import { createLog } from '../runtime/log.ts';
import { openStore } from '../runtime/open-store.ts';
import { dataDirOf } from './data-dir.ts';
import type { CliIo } from './io.ts';
import { loadOrReport } from './load-config.ts';
import type { ReadingParts } from './with-store.ts';

/** Opens the configured store beside a running collector, or of a stopped one. */
export const readingParts = (io: CliIo): ReadingParts => {
  const clock = createSystemClock();
  return {
    now: () => clock.now(),
    openStore: async (args) => {
      const loaded = await loadOrReport(args, io);
      if (typeof loaded === 'number') throw new Error('the configuration is not valid');
      const dataDir = dataDirOf(args, io);
      const log = createLog('warn');
      const keysFile = io.env['BETALOGS_KEYS_FILE'];
      const keys = await loadKeyRing({ dataDir, log, ...(keysFile === undefined ? {} : { keysFile }) });
      const store = openStore(loaded.config, keys, (id) => ({ id, log, clock, keys, dataDir }));
      if (store === undefined) throw new Error('no exporter of the configuration can be read');
      return store;
    },
  };
};
