// The certificates of a listener: read at the start, and taken over again when their files change.
import { readFile } from 'node:fs/promises';
import type { Server as TlsServer } from 'node:https';
import { resolve } from 'node:path';
import type { Clock } from '../event/time.ts';
import type { Log, TlsConfig } from '../sdk/index.ts';
import { watchFiles } from './watch-files.ts';

export interface Pems {
  /** Certificate, key and, where clients are asked for theirs, who signs them. */
  readonly paths: readonly string[];
  readonly contents: readonly Buffer[];
  /** What is asked of clients; one whose certificate nobody here has signed is served as one without. */
  readonly ask: { readonly requestCert?: boolean; readonly rejectUnauthorized?: boolean };
}

export const readPems = async (tls: TlsConfig): Promise<Pems> => {
  const { cert_file, key_file, client_ca_file, require_client_cert = false } = tls;
  const paths = [cert_file, key_file, ...(client_ca_file === undefined ? [] : [client_ca_file])];
  return {
    paths: paths.map((path) => resolve(path)),
    contents: await Promise.all(paths.map(readPem)),
    ask: client_ca_file === undefined ? {} : { requestCert: true, rejectUnauthorized: require_client_cert },
  };
};

export const secureContextOf = ({ contents: [cert, key, ca] }: Pick<Pems, 'contents'>) => ({
  ...(cert !== undefined && { cert }),
  ...(key !== undefined && { key }),
  ...(ca !== undefined && { ca }),
  minVersion: 'TLSv1.2' as const,
});

/** New connections get what the files hold now; what is no key pair changes nothing. The result stops it. */
export const followPems = (
  { paths, contents }: Pems,
  server: Pick<TlsServer, 'setSecureContext'>,
  { log, clock }: { readonly log: Log; readonly clock: Clock },
): (() => Promise<void>) =>
  watchFiles({
    paths,
    contents,
    clock,
    log,
    onChange: (now) => {
      try {
        server.setSecureContext(secureContextOf({ contents: now }));
        log.info('the certificates have changed and are in force', { files: paths });
      } catch (error) {
        log.error('the certificates have changed and are no pair; those before stay in force', {
          files: paths,
          code: (error as NodeJS.ErrnoException).code,
        });
      }
    },
  });

const readPem = async (path: string): Promise<Buffer> => {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new Error(`tls: ${path} cannot be read (${(cause as NodeJS.ErrnoException).code})`, { cause });
  }
};
