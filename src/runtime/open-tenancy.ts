// Who may do what, and from which files it is told.
import { readFile } from 'node:fs/promises';
import { asksForCredentials } from '../config/check/read-tenants.ts';
import type { CheckedConfig, JwtIssuerConfig, TenantConfig } from '../config/checked-config.ts';
import { formatIssue } from '../config/issue.ts';
import { isFaulty, parseTenantsFile, takenBy } from '../config/tenants-file.ts';
import { instantToMs, type Clock } from '../event/time.ts';
import type { Log } from '../sdk/index.ts';
import type { AuthenticationFailure } from '../tenancy/failure.ts';
import { createVerifier, type Issuer } from '../tenancy/jwt/create-verifier.ts';
import { fetchJwks } from '../tenancy/jwt/fetch-jwks.ts';
import { createIssuerKeys } from '../tenancy/jwt/issuer-keys.ts';
import { TenantSecurityService } from '../tenancy/tenant-security-service.ts';
import { isOpenToAll } from './open-to-all.ts';
import { watchFiles } from './watch-files.ts';

export interface TenancyParts {
  readonly config: CheckedConfig;
  readonly clock: Clock;
  readonly log: Log;
  /** Of refused credentials whose tenant is known, where the configuration wants to know of them. */
  readonly onFailure: (failure: AuthenticationFailure) => void;
}

export interface Tenancy {
  readonly service: TenantSecurityService;
  close(): Promise<void>;
}

export const openTenancy = (parts: TenancyParts): Tenancy => {
  const { config, clock, onFailure } = parts;
  const { file, jwt, reportFailures } = config.tenancy;
  const closers: (() => Promise<void>)[] = [];
  const issuers = jwt.map((issuer) => openIssuer(issuer, parts, closers));
  const service = new TenantSecurityService({
    tenants: config.tenants,
    openToAll: isOpenToAll(config),
    asksForCredentials: asksForCredentials(config),
    nowMs: () => instantToMs(clock.now()),
    tokens: issuers.length > 0 ? createVerifier({ issuers, clock }) : undefined,
    onFailure: reportFailures ? onFailure : undefined,
  });
  if (file !== undefined) closers.push(followFile(file, service, parts));
  return { service, close: async () => void (await Promise.all(closers.map((close) => close()))) };
};

const openIssuer = (
  config: JwtIssuerConfig,
  { clock, log }: TenancyParts,
  closers: (() => Promise<void>)[],
): Issuer => {
  const { issuer, refreshMs, jwksFile, jwksUrl = '', allowPrivate } = config;
  const read =
    jwksFile === undefined
      ? () => fetchJwks({ url: jwksUrl, allowPrivate })
      : async () => (await readFile(jwksFile)).toString('utf8');
  const keys = createIssuerKeys({ issuer, refreshMs, read, clock, log });
  if (jwksFile !== undefined) {
    closers.push(watchFiles({ paths: [jwksFile], contents: [], onChange: () => keys.reload(), clock, log }));
  }
  return { config, keys };
};

/** A new file that is wrong changes nothing, and is told in one line. */
const followFile = (
  { path, name, text }: NonNullable<CheckedConfig['tenancy']['file']>,
  service: TenantSecurityService,
  { config, clock, log }: TenancyParts,
): (() => Promise<void>) => {
  const { inline } = config.tenancy;
  const takeOver = ([content = Buffer.alloc(0)]: readonly Buffer[]): void => {
    const nowMs = instantToMs(clock.now());
    const found = parseTenantsFile({ name, text: content.toString('utf8'), taken: takenBy(inline), nowMs });
    if (!isFaulty(found)) {
      const tenants: readonly TenantConfig[] = [...inline, ...found];
      service.replace(tenants);
      return log.info('the tenants file has changed and is in force', { file: path, tenants: tenants.length });
    }
    log.error(`the tenants file has changed and is wrong; the one before stays in force: ${firstOf(found)}`);
  };
  return watchFiles({ paths: [path], contents: [Buffer.from(text)], onChange: takeOver, clock, log });
};

const firstOf = ({ issues }: Extract<ReturnType<typeof parseTenantsFile>, { issues: unknown }>): string => {
  const [first] = issues;
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : '';
  return first === undefined ? '' : `${formatIssue(first)}${more}`;
};
