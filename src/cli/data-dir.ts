import { resolve } from 'node:path';
import type { CliIo, GlobalArgs } from './io.ts';

/** The data directory, absolute: the option, else BETALOGS_DATA_DIR, else `./data`. */
export const dataDirOf = ({ dataDir }: Pick<GlobalArgs, 'dataDir'>, { env, cwd }: CliIo): string =>
  resolve(cwd, dataDir ?? env['BETALOGS_DATA_DIR'] ?? 'data');
