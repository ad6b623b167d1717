// Whose objects and manifests an archive holds, found by leaps: whole tenants are skipped, not listed.
import { TENANT_PATTERN } from '../event/schema.ts';
import type { ObjectStore } from '../sdk/index.ts';
import { ARCHIVE_ROOT, MANIFESTS_ROOT, OBJECTS_ROOT } from '../sdk/archive/keys.ts';
import type { Found } from './finding.ts';

/** All tenants, in order; what stands between them is told. */
export const tenantsOf = async (store: ObjectStore, found: Found): Promise<readonly string[]> => {
  const tenants = new Set<string>();
  let after: string | undefined;
  for (;;) {
    const key = await firstKey(store, after);
    if (key === undefined) return [...tenants].toSorted();
    const root = [MANIFESTS_ROOT, OBJECTS_ROOT].find((candidate) => key.startsWith(candidate));
    const tenant = root === undefined ? undefined : key.slice(root.length, key.indexOf('/', root.length));
    if (root === undefined || tenant === undefined || !TENANT_PATTERN.test(tenant)) {
      found(strangeKey(key));
      after = key;
    } else {
      tenants.add(tenant);
      after = behindFolder(root + tenant);
    }
  }
};

/** `0` follows `/`: behind everything in the folder, before everything else. */
const behindFolder = (folder: string): string => `${folder}0`;

const firstKey = async (store: ObjectStore, after: string | undefined): Promise<string | undefined> => {
  for await (const { key } of store.list(ARCHIVE_ROOT, { pageSize: 1, ...(after === undefined ? {} : { after }) })) {
    return key;
  }
  return undefined;
};

export const strangeKey = (key: string) =>
  ({ code: 'ARCHIVE_STRANGE_KEY', key, message: 'is no name of an object or manifest: it was added' }) as const;
