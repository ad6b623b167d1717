// A batch to the archive's objects (STORAGE.md 3): the same batch gives the same names and the same bytes.
import { hash } from 'node:crypto';
import { TENANT_PATTERN } from '../../event/schema.ts';
import { compareInstants, type Instant } from '../../event/time.ts';
import type { LineRef, StoredBatch } from '../exporter.ts';
import { hourOf, objectKey } from './keys.ts';

/** The events of one tenant, category and hour, in the batch's order. */
export interface ArchiveObject {
  /** The path below the archive's root, without the compression's extension. */
  readonly key: string;
  readonly tenant: string;
  /** Uncompressed NDJSON. */
  readonly lines: Uint8Array;
  /** SHA-256 of `lines`, hex. */
  readonly sha256: string;
  /** The earliest and the latest `receivedAt`. */
  readonly first: Instant;
  readonly last: Instant;
  /** Which events of the batch it holds. */
  readonly positions: readonly number[];
}

export interface ArchiveObjects {
  readonly objects: readonly ArchiveObject[];
  /** Positions whose tenant cannot be part of a name. */
  readonly refused: readonly number[];
}

interface Partition {
  readonly tenant: string;
  readonly category: string;
  readonly hour: number;
  first: Instant;
  last: Instant;
  readonly positions: number[];
  /** Byte ranges of `lines`; neighbours are joined. */
  readonly ranges: { start: number; end: number }[];
}

const NEWLINE_BYTES = 1;

export const toArchiveObjects = (batch: StoredBatch): ArchiveObjects => {
  const objects: ArchiveObject[] = [];
  const refused: number[] = [];
  for (const partition of partitionsOf(batch)) {
    if (TENANT_PATTERN.test(partition.tenant)) objects.push(toObject(batch.lines, partition));
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

const belongs = (ref: LineRef, { tenant, category, hour }: Partition): boolean =>
  ref.tenantId === tenant && ref.category === category && hourOf(ref.receivedAt) === hour;

const partitionFor = (partitions: Map<string, Partition>, ref: LineRef): Partition => {
  const { tenantId: tenant, category, receivedAt } = ref;
  const hour = hourOf(receivedAt);
  const name = `${hour} ${category} ${tenant}`;
  let partition = partitions.get(name);
  if (partition === undefined) {
    partition = { tenant, category, hour, first: receivedAt, last: receivedAt, positions: [], ranges: [] };
    partitions.set(name, partition);
  }
  return partition;
};

const add = (partition: Partition, { offset, length, receivedAt }: LineRef, position: number): void => {
  if (compareInstants(receivedAt, partition.first) < 0) partition.first = receivedAt;
  if (compareInstants(receivedAt, partition.last) > 0) partition.last = receivedAt;
  partition.positions.push(position);
  const end = offset + length + NEWLINE_BYTES;
  const last = partition.ranges.at(-1);
  if (last?.end === offset) last.end = end;
  else partition.ranges.push({ start: offset, end });
};

const toObject = (lines: Uint8Array, partition: Partition): ArchiveObject => {
  const { tenant, first, last, positions, ranges } = partition;
  const parts = ranges.map(({ start, end }) => lines.subarray(start, end));
  const own = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  const sha256 = hash('sha256', own);
  const key = objectKey({ ...partition, count: positions.length, sha256 });
  return { key, tenant, lines: own, sha256, first, last, positions };
};
