// The protobuf wire format: bounds are strict, nothing is allocated but what is asked for.
import type { Instant } from '../../../event/time.ts';
import { ContentError, exactInteger, MalformedError } from './request.ts';

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

const INTERNED = 4096;
const MAX_INTERNED_BYTES = 64;
/** Attribute keys of all requests: a sender's few names, decoded once. Direct-mapped, so it is bounded by its size. */
const interned: (string | undefined)[] = Array.from({ length: INTERNED }, () => undefined);

/** Up to this size a record is turned to text once, and its ASCII strings are cut out of that: one call into C++ each record. */
const MAX_CUT_BYTES = 8192;
/** Longer strings are checked for ASCII by the runtime instead of by a loop. */
const MAX_LOOP_BYTES = 256;

/**
 * Reads one request. `pos` moves forward; every length is checked against the end of the message that encloses it.
 * Throws MalformedError where the bytes are not protobuf, ContentError where a string is not UTF-8.
 */
export class WireReader {
  readonly bytes: Buffer;
  pos = 0;
  #text = '';
  #textStart = 0;
  #textEnd = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /** Announces a record, so that its strings are cheap. */
  enterRecord(start: number, end: number): void {
    const small = end - start <= MAX_CUT_BYTES;
    this.#textStart = start;
    this.#textEnd = small ? end : start;
    this.#text = small ? this.bytes.toString('latin1', start, end) : '';
  }

  /** The next field's tag: number << 3 | wire type. */
  tag(): number {
    const byte = this.bytes[this.pos]!;
    if (byte >= 8 && byte < 0x80) {
      this.pos++;
      return byte;
    }
    const tag = this.#uint32();
    if (tag >>> 3 === 0) throw new MalformedError('field number 0');
    return tag;
  }

  /** A varint's low 32 bits, unsigned. */
  varint32(): number {
    const byte = this.bytes[this.pos]!;
    if (byte < 0x80) {
      this.pos++;
      return byte;
    }
    return this.#varint().low;
  }

  // A tag or a length; a reader that took its low bits only would disagree with others about where the next field is.
  #uint32(): number {
    const byte = this.bytes[this.pos]!;
    if (byte < 0x80) {
      this.pos++;
      return byte;
    }
    const { low, high } = this.#varint();
    if (high !== 0) throw new MalformedError('a tag or length beyond 32 bits');
    return low;
  }

  #varint(): { low: number; high: number } {
    const { bytes } = this;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = bytes[this.pos++];
      if (byte === undefined) throw new MalformedError('a varint is cut');
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) return { low: low >>> 0, high: high >>> 0 };
    }
    throw new MalformedError('a varint is longer than ten bytes');
  }

  /** A boolean is false only where all 64 bits are 0. */
  bool(): boolean {
    const { low, high } = this.#varint();
    return low !== 0 || high !== 0;
  }

  /** int64: a number where it is one exactly, else a RawJSON. */
  int64(): number | object {
    const byte = this.bytes[this.pos]!;
    if (byte < 0x80) {
      this.pos++;
      return byte;
    }
    const { low, high } = this.#varint();
    if (high < 0x20_0000) return high * 0x1_0000_0000 + low;
    return exactInteger(BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low)));
  }

  /** Reads a length and gives the end of what it measures, which lies within `end`. */
  length(end: number): number {
    const length = this.#uint32();
    const last = this.pos + length;
    if (last > end) throw new MalformedError('a length reaches beyond its message');
    return last;
  }

  fixed32(end: number): number {
    const start = this.#advance(4, end);
    return this.bytes.readUInt32LE(start);
  }

  double(end: number): number {
    const start = this.#advance(8, end);
    return this.bytes.readDoubleLE(start);
  }

  /** fixed64 nanoseconds as split numbers, divided in base 2^16 so that no step leaves 2^53; 0 is absent. */
  instant(end: number): Instant | undefined {
    const start = this.#advance(8, end);
    const low = this.bytes.readUInt32LE(start);
    const high = this.bytes.readUInt32LE(start + 4);
    if (low === 0 && high === 0) return undefined;
    const top = Math.floor(high / 1e9);
    const middle = (high - top * 1e9) * 0x1_0000 + (low >>> 16);
    const middleSeconds = Math.floor(middle / 1e9);
    const bottom = (middle - middleSeconds * 1e9) * 0x1_0000 + (low & 0xffff);
    const bottomSeconds = Math.floor(bottom / 1e9);
    return {
      seconds: top * 0x1_0000_0000 + middleSeconds * 0x1_0000 + bottomSeconds,
      nanos: bottom - bottomSeconds * 1e9,
    };
  }

  /** The string from `pos` to `end`. */
  string(end: number): string {
    const start = this.pos;
    this.pos = end;
    if (end - start > MAX_LOOP_BYTES || !this.#isAscii(start, end)) return this.#utf8(start, end);
    if (start >= this.#textStart && end <= this.#textEnd) {
      return this.#text.slice(start - this.#textStart, end - this.#textStart);
    }
    return this.bytes.toString('latin1', start, end);
  }

  /** The string from `pos` to `end`, for names that come again and again: one object each, which V8 keeps hashed. */
  name(end: number): string {
    const start = this.pos;
    const length = end - start;
    if (length === 0 || length > MAX_INTERNED_BYTES) return this.string(end);
    const slot = this.#slotOf(start, length);
    const known = interned[slot];
    if (known !== undefined && known.length === length && this.#equals(known, start)) {
      this.pos = end;
      return known;
    }
    const name = this.#freshName(end);
    if (name.length === length) interned[slot] = name;
    return name;
  }

  // Not cut out of the record's text: an interned name must not keep a record alive.
  #freshName(end: number): string {
    const start = this.pos;
    this.pos = end;
    return this.#isAscii(start, end) ? this.bytes.toString('latin1', start, end) : this.#utf8(start, end);
  }

  #slotOf(start: number, length: number): number {
    const { bytes } = this;
    const last = start + length - 1;
    let hash = length + bytes[start]! * 31;
    hash = Math.imul(hash, 0x0100_0193) ^ bytes[last]!;
    hash = Math.imul(hash, 0x0100_0193) ^ bytes[start + (length >> 1)]!;
    hash = Math.imul(hash, 0x0100_0193) ^ bytes[start + (length >> 2)]!;
    hash = Math.imul(hash, 0x0100_0193) ^ bytes[last - (length >> 2)]!;
    return (hash ^ (hash >>> 13)) & (INTERNED - 1);
  }

  #equals(known: string, start: number): boolean {
    const { bytes } = this;
    for (let i = 0; i < known.length; i++) if (known.charCodeAt(i) !== bytes[start + i]) return false;
    return true;
  }

  #isAscii(start: number, end: number): boolean {
    const { bytes } = this;
    let bits = 0;
    for (let i = start; i < end; i++) bits |= bytes[i]!;
    return bits < 0x80;
  }

  // The decoder puts U+FFFD in place of what is no UTF-8; only where one is seen must the bytes be asked.
  #utf8(start: number, end: number): string {
    const text = this.bytes.toString('utf8', start, end);
    if (text.includes('\uFFFD') && !this.#isUtf8(start, end)) {
      throw new ContentError('EVENT_NOT_UTF8', 'a string is not UTF-8');
    }
    return text;
  }

  #isUtf8(start: number, end: number): boolean {
    const sent = this.bytes.subarray(start, end);
    return Buffer.from(sent.toString('utf8'), 'utf8').equals(sent);
  }

  hex(end: number): string {
    const start = this.pos;
    this.pos = end;
    return this.bytes.toString('hex', start, end);
  }

  base64(end: number): string {
    const start = this.pos;
    this.pos = end;
    return this.bytes.toString('base64', start, end);
  }

  /** Passes over a field that is not known, or not of the type that it should have. */
  skip(tag: number, end: number): void {
    switch (tag & 7) {
      case VARINT:
        this.#varint();
        break;
      case FIXED64:
        this.#advance(8, end);
        break;
      case BYTES:
        this.pos = this.length(end);
        break;
      case FIXED32:
        this.#advance(4, end);
        break;
      default:
        throw new MalformedError('a group, or a wire type that does not exist');
    }
    if (this.pos > end) throw new MalformedError('a field reaches beyond its message');
  }

  /** To be called when a message's loop is over: a varint may have run past its end. */
  finish(end: number): void {
    if (this.pos !== end) throw new MalformedError('a field reaches beyond its message');
  }

  #advance(size: number, end: number): number {
    const start = this.pos;
    if (start + size > end) throw new MalformedError('a field is cut');
    this.pos = start + size;
    return start;
  }
}
