// The names of the archive's objects (STORAGE.md 3), Hive-style. What begins with `_` is hidden from Athena and Spark.
import { TENANT_PATTERN } from '../../event/schema.ts';
import type { Instant } from '../../event/time.ts';

export const ARCHIVE_ROOT = 'v1/';
export const OBJECTS_ROOT = `${ARCHIVE_ROOT}tenant=`;
export const MANIFESTS_ROOT = `${ARCHIVE_ROOT}_manifests/tenant=`;

/** Digits of the content's hash in a name. */
export const HASH_DIGITS = 16;
const SEQUENCE_DIGITS = 10;
const SECONDS_PER_HOUR = 3600;

export interface ObjectName {
  readonly tenant: string;
  readonly category: string;
  /** Hours since 1970. */
  readonly hour: number;
  readonly first: Instant;
  readonly count: number;
  /** SHA-256 of the uncompressed lines, hex; its first 16 digits are in the name. */
  readonly sha256: string;
}

/** Without the compression's extension. */
export const objectKey = ({ tenant, category, hour, first, count, sha256 }: ObjectName): string => {
  const [date, time] = new Date(hour * SECONDS_PER_HOUR * 1000).toISOString().split('T') as [string, string];
  const name = `${nanoseconds(first)}-${count}-${sha256.slice(0, HASH_DIGITS)}`;
  return `${OBJECTS_ROOT}${tenant}/category=${category}/date=${date}/hour=${time.slice(0, 2)}/${name}.ndjson`;
};

export const hourOf = ({ seconds }: Instant): number => Math.floor(seconds / SECONDS_PER_HOUR);

const nanoseconds = ({ seconds, nanos }: Instant): string => `${seconds}${String(nanos).padStart(9, '0')}`;

const OBJECT_KEY =
  /^v1\/tenant=([^/]+)\/category=([a-z]+)\/date=(\d{4}-\d\d-\d\d)\/hour=(\d\d)\/\d+-(\d+)-([0-9a-f]{16})\.ndjson(?:\.zst|\.gz)?$/;

export interface ParsedObjectKey {
  readonly tenant: string;
  readonly category: string;
  readonly hour: number;
  readonly count: number;
  /** The first digits of the content's SHA-256. */
  readonly hash: string;
}

/** Undefined: not a name that this program gives. */
export const parseObjectKey = (key: string): ParsedObjectKey | undefined => {
  const [, tenant = '', category = '', date, hour, count, hash = ''] = OBJECT_KEY.exec(key) ?? [];
  const ms = Date.parse(`${date}T${hour}:00:00Z`);
  if (!TENANT_PATTERN.test(tenant) || Number.isNaN(ms)) return undefined;
  return { tenant, category, hour: ms / 1000 / SECONDS_PER_HOUR, count: Number(count), hash };
};

/** Where the chain of a tenant and writer lies. */
export const chainPrefix = (tenant: string, writer: string): string => `${MANIFESTS_ROOT}${tenant}/writer=${writer}/`;

export const manifestKey = (tenant: string, writer: string, sequence: number): string =>
  `${chainPrefix(tenant, writer)}${String(sequence).padStart(SEQUENCE_DIGITS, '0')}.json`;

const MANIFEST_KEY = /^v1\/_manifests\/tenant=([^/]+)\/writer=([0-9a-f]+)\/(\d{10})\.json$/;

export interface ParsedManifestKey {
  readonly tenant: string;
  readonly writer: string;
  readonly sequence: number;
}

export const parseManifestKey = (key: string): ParsedManifestKey | undefined => {
  const [, tenant = '', writer = '', sequence] = MANIFEST_KEY.exec(key) ?? [];
  if (!TENANT_PATTERN.test(tenant)) return undefined;
  return { tenant, writer, sequence: Number(sequence) };
};
