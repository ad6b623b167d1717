// A file of tenants, read at the start and whenever it changes.
import { optionSchema } from '../registry/option-schema.ts';
import { checkKeys } from './check/check-keys.ts';
import { checkTenants, nothingTaken, type TakenNames } from './check/check-tenants.ts';
import { checkValues } from './check/check-values.ts';
import { tenantsFileSection } from './check/tenants-section.ts';
import { toTenant } from './check/to-tenants.ts';
import type { ConfigIssue, TenantConfig } from './checked-config.ts';
import { type Report, sortIssues, toIssue } from './issue.ts';
import { parseYaml } from './yaml/parse-yaml.ts';

export interface TenantsFile {
  /** As it is named to users. */
  readonly name: string;
  readonly text: string;
  /** What the configuration's own tenants have; grows by the file's. */
  readonly taken: TakenNames;
  readonly nowMs: number;
}

/** References are not replaced in it: nothing in it is a secret, and a command edits it. */
export const parseTenantsFile = ({
  name,
  text,
  taken,
  nowMs,
}: TenantsFile): readonly TenantConfig[] | { readonly issues: readonly ConfigIssue[] } => {
  const parsed = parseYaml(name, text);
  if (parsed.issues.length > 0) return { issues: sortIssues(parsed.issues, [name]) };
  const issues: ConfigIssue[] = [];
  const report: Report = ({ place, path }, finding) => void issues.push(toIssue(place, path, finding));
  const root = checkKeys(parsed.root, optionSchema(tenantsFileSection), [], report);
  const section = checkValues(tenantsFileSection, { root, path: [] }, report);
  if (section !== undefined) checkTenants(section.tenants, { root, path: ['tenants'], taken, nowMs }, report);
  if (section === undefined || issues.length > 0) return { issues: sortIssues(issues, [name]) };
  return section.tenants.map(toTenant);
};

export const isFaulty = (
  read: ReturnType<typeof parseTenantsFile>,
): read is { readonly issues: readonly ConfigIssue[] } => 'issues' in read;

/** What these tenants have, for the check of a file beside them. */
export const takenBy = (tenants: readonly TenantConfig[]): TakenNames => {
  const taken = nothingTaken();
  for (const { id, apiKeys, mtls = [] } of tenants) {
    taken.ids.add(id);
    for (const { sha256 } of apiKeys) taken.keys.set(sha256, id);
    for (const { san } of mtls) taken.names.set(san, id);
  }
  return taken;
};
