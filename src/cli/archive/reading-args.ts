// The options that all commands over an archive take.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Instant } from '../../event/time.ts';
import { isQueryFault, parseQuery } from '../../sdk/index.ts';
import { createSignatureCheck, type SignatureCheck } from '../../sdk/archive/signature.ts';
import type { CliIo } from '../io.ts';
import { UsageError, type ArchiveArgs } from './open-archive.ts';

export interface ReadingArgs extends ArchiveArgs {
  readonly tenant?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  /** PEM files of the public keys that manifests must be signed with. */
  readonly publicKeys: readonly string[];
}

export interface Reading {
  readonly tenant: string | undefined;
  readonly sinceNs: bigint | undefined;
  readonly untilNs: bigint | undefined;
  readonly signatures: readonly SignatureCheck[];
}

/** Throws `UsageError`. */
export const parseReading = async (args: ReadingArgs, io: CliIo, now: Instant): Promise<Reading> => {
  const { tenant, since, until } = args;
  const given = Object.entries({ tenant, since, until }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  const asked = parseQuery(given, { now });
  if (isQueryFault(asked)) {
    const [{ path, message } = { path: '/', message: '' }] = asked.faults;
    throw new UsageError(`--${path.slice(1)}: ${message}`);
  }
  const { sinceNs, untilNs } = asked.filter;
  const signatures = await Promise.all(args.publicKeys.map((file) => readKey(resolve(io.cwd, file), file)));
  return { tenant: asked.tenant, sinceNs, untilNs, signatures };
};

const readKey = async (path: string, name: string): Promise<SignatureCheck> => {
  try {
    return createSignatureCheck(await readFile(path, 'utf8'));
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    throw new UsageError(`--public-key: ${name}: ${why}`, { cause: error });
  }
};
