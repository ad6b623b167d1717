// Where the archive lies: an exporter of the configuration, a bucket or a folder.
import { resolve } from 'node:path';
import { plugins } from '../../../plugins/index.ts';
import { createSystemClock } from '../../runtime/clock.ts';
import { createLog } from '../../runtime/log.ts';
import type { ArchiveStore, ComponentContext, ExporterPlugin } from '../../sdk/index.ts';
import { dataDirOf } from '../data-dir.ts';
import type { CliIo, GlobalArgs } from '../io.ts';
import { loadOrReport } from '../load-config.ts';

export interface ArchiveArgs extends GlobalArgs {
  /** An exporter's id, `s3://bucket/prefix`, or a folder (`./archive`, `/srv/archive`). */
  readonly archive?: string | undefined;
}

/** The command line is wrong; the message tells how. */
export class UsageError extends Error {}

/** Opens it for reading, or the exit code after the configuration's issues were printed. Needs no data directory. */
export const openArchive = async (args: ArchiveArgs, io: CliIo): Promise<ArchiveStore | number> => {
  const { archive } = args;
  const bucket = archive === undefined ? null : /^s3:\/\/([^/]+)\/?(.*)$/.exec(archive);
  if (bucket !== null) return openAs('s3', bucketConfig(bucket, io), args, io);
  if (archive !== undefined && /^\.{0,2}\//.test(archive)) {
    return openAs('directory', { path: resolve(io.cwd, archive) }, args, io);
  }
  return openConfigured(args, io);
};

const bucketConfig = ([, bucket, prefix]: RegExpExecArray, { env }: CliIo): object => {
  const endpoint = env['BETALOGS_S3_ENDPOINT'] ?? '';
  return { bucket, prefix, endpoint, force_path_style: endpoint !== '' };
};

const openAs = async (type: string, config: object, args: ArchiveArgs, io: CliIo): Promise<ArchiveStore> => {
  const plugin = plugins.find((candidate): candidate is ExporterPlugin => isArchive(candidate, type));
  if (plugin?.archive === undefined) throw new UsageError(`there is no exporter "${type}" that archives`);
  const parsed = plugin.config.safeParse(config);
  if (!parsed.success) throw new UsageError(`--archive: ${parsed.error.issues[0]?.message ?? 'is no archive'}`);
  return plugin.archive(parsed.data, contextOf(type, args, io));
};

const isArchive = (plugin: (typeof plugins)[number], type: string): boolean =>
  plugin.kind === 'exporter' && plugin.type === type && plugin.archive !== undefined;

const openConfigured = async (args: ArchiveArgs, io: CliIo): Promise<ArchiveStore | number> => {
  const loaded = await loadOrReport(args, io);
  if (typeof loaded === 'number') return loaded;
  const archives = loaded.config.exporters.filter(({ plugin }) => plugin.archive !== undefined);
  const found = args.archive === undefined ? archives[0] : archives.find(({ id }) => id === args.archive);
  const store = await found?.plugin.archive?.(found.config, contextOf(found.id, args, io));
  if (store !== undefined) return store;
  if (args.archive === undefined)
    throw new UsageError('no exporter of the configuration archives; --archive names one');
  const known = archives.map(({ id }) => id).join(', ');
  throw new UsageError(
    `--archive: the configuration has no archive of that id${known === '' ? '' : ` (it has ${known})`}; ` +
      'a folder is written ./folder, a bucket s3://bucket/prefix',
  );
};

const contextOf = (id: string, args: ArchiveArgs, io: CliIo): ComponentContext => ({
  id,
  log: createLog('warn'),
  clock: createSystemClock(),
  // Reading an archive derives nothing, and must not make keys where it is read.
  keys: { derive: withoutKeys, pseudonymKey: withoutKeys },
  dataDir: dataDirOf(args, io),
});

const withoutKeys = (): never => {
  throw new TypeError('an archive is read without keys');
};
