// Reads frames out of bytes and finds the way on after damage. Pure: whoever reads the file hands the bytes in.
import { decodeFrameHeader, FRAME_HEADER_BYTES, isPayloadIntact, type Frame, type FrameHeader } from './frame.ts';

export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/** A piece of the segment: `bytes` start at offset `base` of the file. */
export interface ScanWindow {
  readonly base: number;
  readonly bytes: Buffer;
}

export type ScanStep =
  /** An intact frame; `damage` is what lies between it and the intact frame before it. */
  | { readonly kind: 'frame'; readonly frame: Frame; readonly damage?: ByteRange }
  /** Wants a window that holds `bytes` bytes from `offset` on. */
  | { readonly kind: 'more'; readonly bytes: number }
  /** No intact frame follows; `torn` is what stands there instead. */
  | { readonly kind: 'end'; readonly torn?: ByteRange };

export interface ScanOptions {
  readonly saltSum: number;
  /** Where the scan starts, and the sequence of the frame before that. */
  readonly offset: number;
  readonly sequence: number;
  /** Where the segment's bytes end. */
  readonly end: number;
  /** The next segment's first sequence: frames from it on were written again there. */
  readonly before: number;
}

type Verdict = 'frame' | 'superseded' | 'bad';

export class FrameScan {
  /** The next byte to look at. */
  offset: number;
  /** The last frame whose header was intact. */
  sequence: number;
  end: number;
  readonly #saltSum: number;
  readonly #before: number;
  #damagedFrom: number | undefined;

  constructor({ saltSum, offset, sequence, end, before }: ScanOptions) {
    this.#saltSum = saltSum;
    this.#before = before;
    this.offset = offset;
    this.sequence = sequence;
    this.end = end;
  }

  next(window: ScanWindow): ScanStep {
    while (this.end - this.offset >= FRAME_HEADER_BYTES) {
      const at = this.offset - window.base;
      if (at + FRAME_HEADER_BYTES > window.bytes.length) return { kind: 'more', bytes: FRAME_HEADER_BYTES };
      const header = decodeFrameHeader(window.bytes, at, this.#saltSum);
      const verdict = header === undefined ? 'bad' : this.#judge(header);
      if (verdict === 'superseded') return { kind: 'end' };
      if (header === undefined || verdict === 'bad') {
        this.#skip(1);
        continue;
      }
      const size = FRAME_HEADER_BYTES + header.length;
      if (at + size > window.bytes.length) return { kind: 'more', bytes: size };
      const payload = window.bytes.subarray(at + FRAME_HEADER_BYTES, at + size);
      if (isPayloadIntact(header, payload)) return this.#accept(header, payload);
      this.sequence = header.sequence;
      this.#skip(size);
    }
    return this.#finish();
  }

  /** A frame of this segment goes on where the last one ended; behind damage it may be as far on as the damage has room for. */
  #judge({ length, sequence }: FrameHeader): Verdict {
    const damagedBytes = this.offset - (this.#damagedFrom ?? this.offset);
    const latest = this.sequence + 1 + Math.floor(damagedBytes / FRAME_HEADER_BYTES);
    if (sequence <= this.sequence || sequence > latest) return 'bad';
    if (sequence >= this.#before) return this.#damagedFrom === undefined ? 'superseded' : 'bad';
    return FRAME_HEADER_BYTES + length > this.end - this.offset ? 'bad' : 'frame';
  }

  #skip(bytes: number): void {
    this.#damagedFrom ??= this.offset;
    this.offset += bytes;
  }

  #accept(header: FrameHeader, payload: Buffer): ScanStep {
    const frame: Frame = { ...header, offset: this.offset, payload };
    const damagedFrom = this.#damagedFrom;
    this.#damagedFrom = undefined;
    this.sequence = header.sequence;
    this.offset += FRAME_HEADER_BYTES + header.length;
    if (damagedFrom === undefined) return { kind: 'frame', frame };
    return { kind: 'frame', frame, damage: { from: damagedFrom, to: frame.offset } };
  }

  #finish(): ScanStep {
    const from = this.#damagedFrom ?? this.offset;
    return from < this.end ? { kind: 'end', torn: { from, to: this.end } } : { kind: 'end' };
  }
}
