// The file system's answer to an outcome, and nothing else.
import type { ExportOutcome } from '../../../src/sdk/index.ts';

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
  // Somebody removed a folder of ours: the next attempt makes it again.
  ENOENT: 'retry',
  EACCES: 'stop',
  EPERM: 'stop',
  EROFS: 'stop',
  ENOTDIR: 'stop',
  EISDIR: 'stop',
  ELOOP: 'stop',
  ENAMETOOLONG: 'stop',
};

/** Undefined: not an error of the file system's. The reason is its code alone: a path tells the tenant. */
export const classify = (error: unknown): ExportOutcome | undefined => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (typeof code !== 'string' || !code.startsWith('E')) return undefined;
  return { status: CLASSES[code] ?? 'retry', reason: code };
};
