// The payload of an event frame. All integers little endian.
//   0 layout u8 (1) | 1 reserved u8 | 2 tenants u16 | 4 count u32 | 8 offset of the lines u32 | 12 reserved u32
//  16 oldest receivedAt in ms u64 | 24 pipeline (u16 length, UTF-8) | tenants (each u16 length, UTF-8)
//   | count entries of 52 bytes | NDJSON
// An entry: 0 event id 16 bytes | 16 timestamp s i64 | 24 ns u32 | 28 receivedAt s i64 | 36 ns u32
//   | 40 offset u32 | 44 length u32 | 48 tenant u16 | 50 category u8 | 51 flags u8 (1: the sender named it)
import type { Category } from '../../event/schema.ts';
import { instantToMs, type Instant } from '../../event/time.ts';
import type { LineRef } from '../../sdk/index.ts';
import { readSequence, writeSequence } from './frame.ts';
import type { EventFrame } from '../journal.ts';
import { decodeUuid, encodeUuid } from './uuid-bytes.ts';

const LAYOUT = 1;
const FIXED_BYTES = 24;
const ENTRY_BYTES = 52;
const SENDER_NAMED = 1;
const TWO_TO_32 = 0x1_0000_0000;
const MAX_TENANTS = 0xffff;

/** Numbers on disk: never reused, whatever the order of the schema's list. */
const CATEGORY_CODES: Readonly<Record<Category, number>> = { business: 1, system: 2, delivery: 3, security: 4 };
const CATEGORY_OF = new Map(Object.entries(CATEGORY_CODES).map(([name, code]) => [code, name as Category]));

/** What is known of an event payload without its index. */
export interface EventHead {
  readonly pipeline: string;
  readonly count: number;
  readonly oldestReceivedMs: number;
}

/** The bytes before the lines; the lines themselves are written as they are. */
export const encodeEventIndex = ({ pipeline, index }: EventFrame): Buffer => {
  const tenants = new Map<string, number>();
  for (const { tenantId } of index) if (!tenants.has(tenantId)) tenants.set(tenantId, tenants.size);
  if (tenants.size > MAX_TENANTS) throw new RangeError('an event frame holds at most 65,535 tenants');
  const names = [pipeline, ...tenants.keys()].map((name) => Buffer.from(name, 'utf8'));
  const entriesAt = FIXED_BYTES + names.reduce((sum, { length }) => sum + 2 + length, 0);
  const target = Buffer.allocUnsafe(entriesAt + index.length * ENTRY_BYTES);
  writeFixed(target, index, tenants.size);
  writeNames(target, names);
  const view = new DataView(target.buffer, target.byteOffset, target.byteLength);
  let tenantId = '';
  let tenant = 0;
  for (let i = 0, at = entriesAt; i < index.length; i++, at += ENTRY_BYTES) {
    const ref = index[i]!;
    if (ref.tenantId !== tenantId) {
      tenantId = ref.tenantId;
      tenant = tenants.get(tenantId)!;
    }
    encodeUuid(ref.eventId, target, at);
    writeInstant(view, at + 16, ref.timestamp);
    writeInstant(view, at + 28, ref.receivedAt);
    view.setUint32(at + 40, ref.offset, true);
    view.setUint32(at + 44, ref.length, true);
    view.setUint16(at + 48, tenant, true);
    view.setUint8(at + 50, CATEGORY_CODES[ref.category]);
    view.setUint8(at + 51, ref.senderNamed ? SENDER_NAMED : 0);
  }
  return target;
};

/** The oldest `receivedAt` of a batch in ms since 1970. */
export const oldestReceivedMs = (index: readonly LineRef[]): number => {
  let oldest: Instant | undefined;
  for (const { receivedAt } of index) {
    if (oldest === undefined || receivedAt.seconds < oldest.seconds) oldest = receivedAt;
    else if (receivedAt.seconds === oldest.seconds && receivedAt.nanos < oldest.nanos) oldest = receivedAt;
  }
  return oldest === undefined ? 0 : Math.max(0, instantToMs(oldest));
};

/** Undefined: a layout of a later version. */
export const decodeEventHead = (payload: Buffer): EventHead | undefined => {
  if (payload[0] !== LAYOUT) return undefined;
  return {
    pipeline: payload.toString('utf8', FIXED_BYTES + 2, FIXED_BYTES + 2 + payload.readUInt16LE(FIXED_BYTES)),
    count: payload.readUInt32LE(4),
    oldestReceivedMs: readSequence(payload, 16) ?? 0,
  };
};

export const linesOf = (payload: Buffer): Buffer => payload.subarray(payload.readUInt32LE(8));

export const decodeEventIndex = (payload: Buffer): LineRef[] => {
  const tenants = readTenants(payload);
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const count = payload.readUInt32LE(4);
  const refs: LineRef[] = [];
  for (let i = 0, at = payload.readUInt32LE(8) - count * ENTRY_BYTES; i < count; i++, at += ENTRY_BYTES) {
    refs.push({
      eventId: decodeUuid(payload, at),
      tenantId: tenants[view.getUint16(at + 48, true)]!,
      category: CATEGORY_OF.get(view.getUint8(at + 50)) ?? 'business',
      timestamp: readInstant(view, at + 16),
      receivedAt: readInstant(view, at + 28),
      senderNamed: (view.getUint8(at + 51) & SENDER_NAMED) !== 0,
      offset: view.getUint32(at + 40, true),
      length: view.getUint32(at + 44, true),
    });
  }
  return refs;
};

const writeFixed = (target: Buffer, index: readonly LineRef[], tenants: number): void => {
  target.fill(0, 0, FIXED_BYTES);
  target[0] = LAYOUT;
  target.writeUInt16LE(tenants, 2);
  target.writeUInt32LE(index.length, 4);
  target.writeUInt32LE(target.length, 8);
  writeSequence(target, oldestReceivedMs(index), 16);
};

const writeNames = (target: Buffer, names: readonly Buffer[]): void => {
  let at = FIXED_BYTES;
  for (const name of names) {
    target.writeUInt16LE(name.length, at);
    target.set(name, at + 2);
    at += 2 + name.length;
  }
};

const readTenants = (payload: Buffer): string[] => {
  let at = FIXED_BYTES + 2 + payload.readUInt16LE(FIXED_BYTES);
  return Array.from({ length: payload.readUInt16LE(2) }, () => {
    const end = at + 2 + payload.readUInt16LE(at);
    const name = payload.toString('utf8', at + 2, end);
    at = end;
    return name;
  });
};

const writeInstant = (view: DataView, at: number, { seconds, nanos }: Instant): void => {
  view.setUint32(at, seconds >>> 0, true);
  view.setInt32(at + 4, Math.floor(seconds / TWO_TO_32), true);
  view.setUint32(at + 8, nanos, true);
};

const readInstant = (view: DataView, at: number): Instant => ({
  seconds: view.getInt32(at + 4, true) * TWO_TO_32 + view.getUint32(at, true),
  nanos: view.getUint32(at + 8, true),
});
