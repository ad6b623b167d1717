// A batch to the archive's objects (STORAGE.md 3): the same batch gives the same names and the same bytes.
import { hash } from 'node:crypto';
import { TENANT_PATTERN } from '../../../src/event/schema.ts';
import { compareInstants, type Instant } from '../../../src/event/time.ts';
import type { LineRef, StoredBatch } from '../../../src/sdk/index.ts';

/** The events of one tenant, category and hour, in the batch's order. */
export interface ArchiveObject {
  /** The path below the archive's root, without the compression's extension. */
  readonly key: string;
  /** Uncompressed NDJSON. */
  readonly lines: Uint8Array;
  /** Which events of the batch it holds. */
  readonly positions: readonly number[];
}

export interface EncodedBatch {
  readonly objects: readonly ArchiveObject[];
  /** Positions whose tenant cannot be a folder's name. */
  readonly refused: readonly number[];
}

interface Partition {
  readonly tenantId: string;
  readonly category: string;
  readonly hour: number;
  first: Instant;
  readonly positions: number[];
  /** Byte ranges of `lines`; neighbours are joined. */
  readonly ranges: { start: number; end: number }[];
}

const SECONDS_PER_HOUR = 3600;
const NEWLINE_BYTES = 1;
const HASH_DIGITS = 16;

export const encode = (batch: StoredBatch): EncodedBatch => {
  const objects: ArchiveObject[] = [];
  const refused: number[] = [];
  for (const partition of partitionsOf(batch)) {
    if (TENANT_PATTERN.test(partition.tenantId)) objects.push(toObject(batch.lines, partition));
    else refused.push(...partition.positions);
  }
  return { objects, refused };
};

const partitionsOf = ({ index }: StoredBatch): Iterable<Partition> => {
  const partitions = new Map<string, Partition>();
  let current: Partition | undefined;
  for (const [position, ref] of index.entries()) {
    if (current === undefined || !belongs(ref, current)) current = partitionFor(partitions, ref);
    add(current, ref, position);
  }
  return partitions.values();
};

const hourOf = ({ receivedAt }: LineRef): number => Math.floor(receivedAt.seconds / SECONDS_PER_HOUR);

const belongs = (ref: LineRef, { tenantId, category, hour }: Partition): boolean =>
  ref.tenantId === tenantId && ref.category === category && hourOf(ref) === hour;

const partitionFor = (partitions: Map<string, Partition>, ref: LineRef): Partition => {
  const { tenantId, category, receivedAt } = ref;
  const name = `${hourOf(ref)} ${category} ${tenantId}`;
  let partition = partitions.get(name);
  if (partition === undefined) {
    partition = { tenantId, category, hour: hourOf(ref), first: receivedAt, positions: [], ranges: [] };
    partitions.set(name, partition);
  }
  return partition;
};

const add = (partition: Partition, { offset, length, receivedAt }: LineRef, position: number): void => {
  if (compareInstants(receivedAt, partition.first) < 0) partition.first = receivedAt;
  partition.positions.push(position);
  const end = offset + length + NEWLINE_BYTES;
  const last = partition.ranges.at(-1);
  if (last?.end === offset) last.end = end;
  else partition.ranges.push({ start: offset, end });
};

const toObject = (lines: Uint8Array, partition: Partition): ArchiveObject => {
  const parts = partition.ranges.map(({ start, end }) => lines.subarray(start, end));
  const own = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  return { key: keyOf(partition, hash('sha256', own)), lines: own, positions: partition.positions };
};

const keyOf = ({ tenantId, category, hour, first, positions }: Partition, sha256: string): string => {
  const [date, time] = new Date(hour * SECONDS_PER_HOUR * 1000).toISOString().split('T') as [string, string];
  const name = `${nanoseconds(first)}-${positions.length}-${sha256.slice(0, HASH_DIGITS)}`;
  return `v1/tenant=${tenantId}/category=${category}/date=${date}/hour=${time.slice(0, 2)}/${name}.ndjson`;
};

const nanoseconds = ({ seconds, nanos }: Instant): string => `${seconds}${String(nanos).padStart(9, '0')}`;
