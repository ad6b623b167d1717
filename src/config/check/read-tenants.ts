// The section `tenants` and the file that it names, to one list.
import type { TenancyConfig, TenantConfig } from '../checked-config.ts';
import type { Report } from '../issue.ts';
import { isFaulty, parseTenantsFile } from '../tenants-file.ts';
import { type ConfigNode, locate } from '../yaml/node.ts';
import { checkTenants, nothingTaken, type TakenNames } from './check-tenants.ts';
import { tenantsMapOf, type TenantsSection } from './tenants-section.ts';
import { toJwtIssuer, toTenant } from './to-tenants.ts';

export interface TenantsReading {
  readonly root: ConfigNode;
  readonly nowMs: number;
  /** The absolute path of what configuration file `from` names. */
  readonly resolve: (path: string, from: string) => string;
  /** Throws where it cannot. */
  readonly readText: (path: string) => string;
}

export interface FoundTenants {
  readonly tenants: readonly TenantConfig[];
  readonly tenancy: TenancyConfig;
}

export const readTenants = (section: TenantsSection, reading: TenantsReading, report: Report): FoundTenants => {
  const { root, nowMs, resolve } = reading;
  const map = tenantsMapOf(section);
  const taken = nothingTaken();
  const path = Array.isArray(section) ? ['tenants'] : ['tenants', 'list'];
  checkTenants(map.list, { root, path, taken, nowMs }, report);
  const inline = map.list.map(toTenant);
  const file = map.file === undefined ? undefined : readFile(map.file, taken, reading, report);
  const jwt = map.jwt.map((issuer, i) => {
    const from = locate(root, ['tenants', 'jwt', i, 'jwks_file']).place.file;
    return toJwtIssuer(issuer, issuer.jwks_file && resolve(issuer.jwks_file, from));
  });
  return {
    tenants: [...inline, ...(file?.tenants ?? [])],
    tenancy: { inline, ...(file !== undefined && { file: file.at }), jwt, reportFailures: map.report_failures },
  };
};

const readFile = (name: string, taken: TakenNames, reading: TenantsReading, report: Report) => {
  const at = locate(reading.root, ['tenants', 'file']);
  const path = reading.resolve(name, at.place.file);
  let text = '';
  try {
    text = reading.readText(path);
  } catch {
    report(at, { code: 'CONFIG_FILE_MISSING', message: 'this file cannot be read' });
    return undefined;
  }
  const none = { at: { path, name, text }, tenants: [] };
  const tenants = parseTenantsFile({ name, text, taken, nowMs: reading.nowMs });
  if (!isFaulty(tenants)) return { ...none, tenants };
  for (const { file, line, column, path: where, code, message } of tenants.issues) {
    report({ place: { file, line, column }, path: where }, { code: code as 'CONFIG_VALUE', message });
  }
  return none;
};

/** True: who has no credential is refused, wherever from. */
export const asksForCredentials = ({ tenants, tenancy }: FoundTenants): boolean =>
  tenants.length > 0 || tenancy.file !== undefined || tenancy.jwt.length > 0;
