import { join } from 'node:path';
import { forgetSalt, saltFolderOf } from '../runtime/pseudonym-salts.ts';
import { dataDirOf } from './data-dir.ts';
import { EXIT, type CliIo, type GlobalArgs } from './io.ts';

/** Deletes what a tenant's pseudonyms hang on: nobody can say any more whose they were, or make the same ones again. */
export const forgetPseudonyms = (args: GlobalArgs & { readonly tenant: string }, io: CliIo): number => {
  const folder = saltFolderOf(io.env['BETALOGS_KEYS_FILE'] ?? join(dataDirOf(args, io), 'keys', 'master.json'));
  const forgotten = forgetSalt(folder, args.tenant);
  if (args.json) io.stdout(`${JSON.stringify({ tenant: args.tenant, forgotten })}\n`);
  else if (forgotten) io.stdout(`The pseudonyms of ${args.tenant} can no longer be computed. ${WITHIN}\n`);
  if (forgotten) return EXIT.done;
  io.stderr(`${args.tenant} has no pseudonym key of its own in ${folder}\n`);
  return EXIT.notFound;
};

const WITHIN = 'Collectors that run notice within a minute; copies of the file in backups are yours to delete.';
