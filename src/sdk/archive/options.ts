import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from '../config-types.ts';
import { COMPRESSIONS } from './compress.ts';
import { createSigner, type Signer } from './signature.ts';

const GZIP_MOST = 9;

/** The options of everything that writes an archive; spread into a plugin's strict object. */
export const archiveShape = {
  compression: z.enum(COMPRESSIONS).default('zstd').describe('How objects are compressed; their names end with it.'),
  level: z
    .int()
    .min(1)
    .max(19)
    .optional()
    .describe('The level of compression: zstd 1 to 19, default 1; gzip 1 to 9, default 6.'),
  signing_key_file: z
    .string()
    .min(1)
    .optional()
    .describe(
      'An Ed25519 private key (PKCS8 PEM, from the data directory or absolute) that signs every manifest; `archive verify --public-key` checks it.',
    ),
};

/** For `.refine` beside `archiveShape`. */
export const isLevelKnown = ({
  compression,
  level = 1,
}: {
  readonly compression: string;
  readonly level?: number | undefined;
}): boolean => compression !== 'gzip' || level <= GZIP_MOST;
export const LEVEL_FAULT = { path: ['level'], message: 'gzip has the levels 1 to 9' };

/** The key that signs, where one is configured. */
export const loadSigner = async (file: string | undefined, dataDir: string): Promise<Signer | undefined> =>
  file === undefined ? undefined : createSigner(await readFile(resolve(dataDir, file), 'utf8'));
