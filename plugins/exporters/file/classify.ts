// The file system's answer to an outcome, and nothing else.
import type { ExportOutcome } from '../../../src/sdk/index.ts';
import { NotNdjsonError } from './send.ts';

type Class = 'retry' | 'stop';

const CLASSES: Readonly<Record<string, Class>> = {
  ENOSPC: 'retry',
  EDQUOT: 'retry',
  EIO: 'retry',
  EAGAIN: 'retry',
  EBUSY: 'retry',
  EINTR: 'retry',
  EMFILE: 'retry',
  ENFILE: 'retry',
  ENOMEM: 'retry',
  ESTALE: 'retry',
  ETIMEDOUT: 'retry',
  ENOENT: 'retry',
  EFBIG: 'stop',
  EACCES: 'stop',
  EPERM: 'stop',
  EROFS: 'stop',
  ENOTDIR: 'stop',
  EEXIST: 'stop',
  EISDIR: 'stop',
  ELOOP: 'stop',
  ENAMETOOLONG: 'stop',
};

/** Undefined: not an error of the file system's. */
export const classify = (error: unknown): ExportOutcome | undefined => {
  if (error instanceof NotNdjsonError) return { status: 'stop', reason: error.message };
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (typeof code !== 'string' || !code.startsWith('E')) return undefined;
  return { status: CLASSES[code] ?? 'retry', reason: code };
};
