// Who writes, and how far each of its chains has come: `archive-writers/` in the data directory. The store knows it
// too; what is written here shows when the store's end was cut off.
import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** The last manifest of a chain. */
export interface ChainHead {
  /** 0: the chain has none yet. */
  readonly sequence: number;
  /** Of the manifest as stored; null before the first. */
  readonly sha256: string | null;
  readonly cut: string | null;
}

export interface WriterState {
  /** Hex; in the name of each of its manifests, the same for the data directory's life. */
  readonly writer: string;
  load(tenant: string): Promise<ChainHead | undefined>;
  save(tenant: string, head: ChainHead): Promise<void>;
}

const WRITER_BYTES = 8;
const writerFile = z.strictObject({ writer: z.string().regex(/^[0-9a-f]{16}$/) });
const headFile = z.strictObject({
  sequence: z.int().min(0),
  sha256: z.string().nullable(),
  cut: z.string().nullable(),
});

export const writerFolder = (dataDir: string, exporterId: string): string =>
  join(dataDir, 'archive-writers', encodeURIComponent(exporterId));

/** Opens the state of an exporter, or begins one. */
export const openWriterState = async (folder: string): Promise<WriterState> => {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'writer.json');
  const known = (await readJson(path, writerFile)) ?? (await begin(path));
  const pathOf = (tenant: string): string => join(folder, `tenant=${tenant}.json`);
  return {
    writer: known.writer,
    load: (tenant) => readJson(pathOf(tenant), headFile),
    save: (tenant, head) => replace(pathOf(tenant), head),
  };
};

/** The first to link its draft is the writer, should two begin at once. */
const begin = async (path: string): Promise<z.infer<typeof writerFile>> => {
  const own = { writer: randomBytes(WRITER_BYTES).toString('hex') };
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, JSON.stringify(own), { mode: 0o600 });
  try {
    await link(draft, path);
    return own;
  } catch (error) {
    const theirs = await readJson(path, writerFile);
    if (theirs !== undefined) return theirs;
    if (!['EEXIST', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP'].includes(String((error as NodeJS.ErrnoException).code)))
      throw error;
    await rename(draft, path);
    return own;
  } finally {
    await rm(draft, { force: true });
  }
};

/** Undefined where it is missing or torn: the store is asked then. */
const readJson = async <T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> => {
  try {
    return schema.safeParse(JSON.parse(await readFile(path, 'utf8'))).data;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

/** Not synced: it is a hint, and an older one does as well. */
const replace = async (path: string, value: unknown): Promise<void> => {
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, JSON.stringify(value), { mode: 0o600 });
  await rename(draft, path);
};
