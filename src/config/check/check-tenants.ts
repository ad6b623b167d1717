import type { Report } from '../issue.ts';
import { type ConfigNode, locate } from '../yaml/node.ts';
import type { TenantsSection } from './sections.ts';

/** A tenant stands once, and a key opens one tenant. */
export const checkTenants = (root: ConfigNode, tenants: TenantsSection, report: Report): void => {
  const ids = new Set<string>();
  const keys = new Map<string, string>();
  for (const [i, { id, api_keys }] of tenants.entries()) {
    if (ids.has(id)) {
      report(locate(root, ['tenants', i, 'id']), {
        code: 'CONFIG_TENANT_REPEATED',
        message: `tenant "${id}" is already there`,
      });
    }
    ids.add(id);
    for (const [k, { sha256 }] of api_keys.entries()) {
      const owner = keys.get(sha256);
      keys.set(sha256, owner ?? id);
      if (owner === undefined) continue;
      const at = locate(root, ['tenants', i, 'api_keys', k, 'sha256']);
      report(at, { code: 'CONFIG_API_KEY_REPEATED', message: `this key already opens tenant "${owner}"` });
    }
  }
};
