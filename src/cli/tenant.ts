// API keys of the tenants file: make, list, revoke. A running collector follows the file.
import { randomBytes } from 'node:crypto';
import { MAX_ACTIVE_KEYS } from '../config/check/check-tenants.ts';
import type { ApiKeyConfig, TenantConfig } from '../config/checked-config.ts';
import { TENANT_PATTERN } from '../event/schema.ts';
import { parseInstant } from '../event/time.ts';
import { SCOPES, type Scope } from '../sdk/index.ts';
import { createApiKey } from '../tenancy/api-key.ts';
import { type CliIo, EXIT } from './io.ts';
import { createPaint, type Paint } from './show/paint.ts';
import { pad } from './show/printable.ts';
import { addKey, revokeKey } from './tenant/edit-document.ts';
import { openTenantsFile, replaceFile, type TenantsFileArgs } from './tenant/open-file.ts';

export interface KeyCreateArgs extends TenantsFileArgs {
  readonly tenant: string;
  /** `ingest` where none is given. */
  readonly scopes: readonly string[];
  /** RFC 3339. */
  readonly expires?: string | undefined;
}

export interface TenantParts {
  readonly nowMs: () => number;
  readonly random: (bytes: number) => Buffer;
}
const REAL: TenantParts = { nowMs: () => Date.now(), random: randomBytes };

export const tenantKeyCreate = async (args: KeyCreateArgs, io: CliIo, parts = REAL): Promise<number> => {
  const fault = faultOf(args);
  if (fault !== undefined) return refuse(io, fault, EXIT.usage);
  const nowMs = parts.nowMs();
  const file = await openTenantsFile(args, io, nowMs);
  if (typeof file === 'number') return file;
  const { tenant, expires } = args;
  if (file.inline.some(({ id }) => id === tenant)) {
    return refuse(io, `tenant "${tenant}" stands in the configuration itself: move it to ${file.name} first`);
  }
  const active = activeKeys(file.tenants, tenant, nowMs);
  if (active.length >= MAX_ACTIVE_KEYS) {
    const names = active.map(({ prefix }) => prefix).join(' and ');
    return refuse(
      io,
      `tenant "${tenant}" has ${active.length} active keys already, ${names}: revoke one first, betalogs tenant key revoke PREFIX`,
    );
  }
  const { key, prefix, sha256 } = createApiKey(parts.random);
  const scopes = scopesOf(args.scopes);
  await replaceFile(file, addKey(file.text, { tenant, prefix, sha256, scopes, expires }));
  if (args.json) io.stdout(`${JSON.stringify({ tenant, key, prefix, scopes, expires, file: file.path })}\n`);
  else io.stdout(`${key}\n`);
  if (!args.json && !args.quiet) {
    io.stderr(
      `The key ${prefix}… of tenant "${tenant}" (${scopes.join(', ')}). It is shown this once: ${file.name} has its hash.\n`,
    );
  }
  return EXIT.done;
};

export const tenantKeyList = async (args: TenantsFileArgs, io: CliIo, parts = REAL): Promise<number> => {
  const nowMs = parts.nowMs();
  const file = await openTenantsFile(args, io, nowMs);
  if (typeof file === 'number') return file;
  const rows = file.tenants.flatMap(({ id, apiKeys }) => apiKeys.map((key) => rowOf(id, key, nowMs)));
  if (args.json) io.stdout(`${JSON.stringify({ keys: rows })}\n`);
  else if (rows.length > 0) io.stdout(tableOf(rows, createPaint(io.color)));
  else if (!args.quiet) io.stderr(`${file.name} has no keys.\n`);
  return EXIT.done;
};

export const tenantKeyRevoke = async (
  args: TenantsFileArgs & { readonly prefix: string },
  io: CliIo,
  parts = REAL,
): Promise<number> => {
  const nowMs = parts.nowMs();
  const file = await openTenantsFile(args, io, nowMs);
  if (typeof file === 'number') return file;
  // Whoever pastes the whole key means its prefix.
  const prefix = args.prefix.slice(0, PREFIX_CHARS);
  const owners = file.tenants.filter(({ apiKeys }) => apiKeys.some((key) => key.prefix === prefix));
  const [owner] = owners;
  if (owner === undefined) return refuse(io, `${file.name} has no key with this prefix`, EXIT.notFound);
  const isOpen = owners.some(({ apiKeys }) => apiKeys.some((key) => key.prefix === prefix && key.isRevoked !== true));
  if (isOpen) await replaceFile(file, revokeKey(file.text, prefix, rfc3339(nowMs)));
  if (args.json) io.stdout(`${JSON.stringify({ tenant: owner.id, prefix, revoked: true, file: file.path })}\n`);
  else if (!args.quiet) io.stderr(`The key ${prefix}… of tenant "${owner.id}" opens nothing any more.\n`);
  return EXIT.done;
};

const PREFIX_CHARS = 12;

const refuse = (io: CliIo, message: string, code: number = EXIT.failed): number => {
  io.stderr(`betalogs: ${message}\n`);
  return code;
};

const faultOf = ({ tenant, scopes, expires }: KeyCreateArgs): string | undefined => {
  if (!TENANT_PATTERN.test(tenant)) return '--tenant: expected a tenant id: letters, digits and . _ : -';
  if (scopes.some((scope) => !(SCOPES as readonly string[]).includes(scope))) {
    return `--scope: expected one of: ${SCOPES.join(', ')}`;
  }
  if (expires !== undefined && typeof parseInstant(expires) === 'string') {
    return '--expires: expected a time, e.g. 2027-01-31T00:00:00Z';
  }
  return undefined;
};

const scopesOf = (given: readonly string[]): readonly Scope[] =>
  given.length === 0 ? ['ingest'] : SCOPES.filter((scope) => given.includes(scope));

const stateOf = ({ isRevoked, expiresMs }: ApiKeyConfig, nowMs: number): 'active' | 'revoked' | 'expired' => {
  if (isRevoked === true) return 'revoked';
  return expiresMs !== undefined && expiresMs <= nowMs ? 'expired' : 'active';
};

const activeKeys = (tenants: readonly TenantConfig[], tenant: string, nowMs: number): readonly ApiKeyConfig[] =>
  tenants
    .filter(({ id }) => id === tenant)
    .flatMap(({ apiKeys }) => apiKeys)
    .filter((key) => stateOf(key, nowMs) === 'active');

const rfc3339 = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

const rowOf = (tenant: string, key: ApiKeyConfig, nowMs: number) => ({
  tenant,
  prefix: key.prefix,
  scopes: key.scopes,
  state: stateOf(key, nowMs),
  ...(key.expiresMs !== undefined && { expires: rfc3339(key.expiresMs) }),
});
type Row = ReturnType<typeof rowOf>;

const tableOf = (rows: readonly Row[], paint: Paint): string => {
  const cells = rows.map(({ tenant, prefix, state, scopes, expires = '' }) => [tenant, prefix, state, scopes.join(','), expires]); // prettier-ignore
  const headings = ['tenant', 'prefix', 'state', 'scopes', 'expires'];
  const widths = headings.map((heading, i) => Math.max(heading.length, ...cells.map((row) => row[i]!.length)));
  const line = (row: readonly string[]): string =>
    row.map((cell, i) => pad(cell, widths[i]!)).join('  ').trimEnd(); // prettier-ignore
  return [paint('dim', line(headings)), ...cells.map(line)].map((text) => `${text}\n`).join('');
};
