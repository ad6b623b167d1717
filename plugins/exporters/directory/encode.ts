// Keys to paths and back; what is not a key never becomes a path.
import { join, relative, sep } from 'node:path';

const PART = /^[A-Za-z0-9_][A-Za-z0-9._:=-]*$/;

/** Throws for a key that could leave the root: no key of ours does. */
export const pathOfKey = (root: string, key: string): string => {
  const parts = key.split('/');
  if (!parts.every((part) => PART.test(part))) throw new RangeError('not a key of the archive');
  return join(root, ...parts);
};

export const keyOfPath = (root: string, path: string): string => relative(root, path).split(sep).join('/');
