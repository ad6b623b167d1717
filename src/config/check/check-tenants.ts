import type { Report } from '../issue.ts';
import { type ConfigNode, locate, type PathPart } from '../yaml/node.ts';
import type { TenantSection } from './tenants-section.ts';
import { isActive } from './to-tenants.ts';

/** What is taken already, over the configuration and the tenants file. */
export interface TakenNames {
  readonly ids: Set<string>;
  /** By digest, whose it is. */
  readonly keys: Map<string, string>;
  readonly names: Map<string, string>;
}
export const nothingTaken = (): TakenNames => ({ ids: new Set(), keys: new Map(), names: new Map() });

export interface TenantCheck {
  readonly root: ConfigNode;
  /** Where the list is in `root`. */
  readonly path: readonly PathPart[];
  readonly taken: TakenNames;
  readonly nowMs: number;
}

/** Two, so that a key can be replaced without a gap; more would be keys that nobody remembers. */
export const MAX_ACTIVE_KEYS = 2;

/** A tenant stands once, a key and a certificate's name open one tenant, and a tenant has two active keys. */
export const checkTenants = (tenants: readonly TenantSection[], check: TenantCheck, report: Report): void => {
  for (const [i, tenant] of tenants.entries()) checkTenant(tenant, { ...check, path: [...check.path, i] }, report);
};

const checkTenant = (tenant: TenantSection, check: TenantCheck, report: Report): void => {
  const { root, path, taken, nowMs } = check;
  const { id, api_keys: keys, mtls } = tenant;
  if (taken.ids.has(id)) {
    report(locate(root, [...path, 'id']), {
      code: 'CONFIG_TENANT_REPEATED',
      message: `tenant "${id}" is already there`,
    });
  }
  taken.ids.add(id);
  for (const [k, { sha256 }] of keys.entries()) {
    const owner = take(taken.keys, sha256, id);
    if (owner === undefined) continue;
    const at = locate(root, [...path, 'api_keys', k, 'sha256']);
    report(at, { code: 'CONFIG_API_KEY_REPEATED', message: `this key already opens tenant "${owner}"` });
  }
  for (const [k, { san }] of mtls.entries()) {
    const owner = take(taken.names, san, id);
    if (owner === undefined) continue;
    const at = locate(root, [...path, 'mtls', k, 'san']);
    report(at, { code: 'CONFIG_MTLS_REPEATED', message: `this name already opens tenant "${owner}"` });
  }
  if (keys.filter((key) => isActive(key, nowMs)).length > MAX_ACTIVE_KEYS) {
    report(locate(root, [...path, 'api_keys']), {
      code: 'CONFIG_API_KEYS_ACTIVE',
      message: `tenant "${id}" has more than ${MAX_ACTIVE_KEYS} active keys: give one of them \`revoked\` or \`expires\``,
    });
  }
};

/** Who has it already. */
const take = (taken: Map<string, string>, name: string, id: string): string | undefined => {
  const owner = taken.get(name);
  taken.set(name, owner ?? id);
  return owner;
};
