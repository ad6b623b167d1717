import { readFileSync } from 'node:fs';

/** The program's version, from the nearest package.json that carries its name: the same from source and from `dist`. */
export const VERSION: string = findVersion(new URL('.', import.meta.url));

function findVersion(folder: URL): string {
  try {
    const { name, version } = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8')) as Record<
      string,
      string
    >;
    if (name === 'betalogs-collector' && version !== undefined) return version;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const parent = new URL('..', folder);
  if (parent.href === folder.href) throw new Error('package.json of betalogs-collector was not found');
  return findVersion(parent);
}
