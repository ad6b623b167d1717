// Reads one segment file through a window: what is in memory is the window, not the segment.
import { FRAME_HEADER_BYTES } from '../format/frame.ts';
import { FrameScan, type ScanOptions, type ScanStep, type ScanWindow } from '../format/frame-scan.ts';
import type { FileSystem, JournalFile } from '../file-system.ts';
import { freshWindows, type Windows } from './windows.ts';

const EMPTY: ScanWindow = { base: 0, bytes: Buffer.alloc(0) };

export class SegmentReader {
  readonly scan: FrameScan;
  /** Bytes to read at a time; a larger frame takes what it needs. */
  windowBytes: number;
  readonly #fs: FileSystem;
  readonly #path: string;
  readonly #windows: Windows;
  #file: JournalFile | undefined;
  #window: ScanWindow = EMPTY;

  constructor(
    { fs, windows = freshWindows }: { readonly fs: FileSystem; readonly windows?: Windows },
    path: string,
    scan: ScanOptions,
    windowBytes: number,
  ) {
    this.#fs = fs;
    this.#path = path;
    this.#windows = windows;
    this.scan = new FrameScan(scan);
    this.windowBytes = windowBytes;
  }

  /** The next intact frame, or the end. Its payload is good until the next call, longer for who holds its memory. */
  async next(): Promise<Exclude<ScanStep, { kind: 'more' }>> {
    for (;;) {
      const step = this.scan.next(this.#window);
      if (step.kind !== 'more') return step;
      await this.#fill(step.bytes);
    }
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    this.#show(EMPTY);
    await file?.close();
  }

  async #fill(wanted: number): Promise<void> {
    this.#file ??= await this.#fs.openToRead(this.#path);
    const base = this.scan.offset;
    const bytes = this.#windows.take(Math.min(Math.max(wanted, this.windowBytes), this.scan.end - base));
    this.#show({ base, bytes: bytes.subarray(0, 0) });
    const read = await this.#file.read(bytes, base);
    // Somebody cut the file: what is missing is damage like any other.
    if (read < Math.max(wanted, FRAME_HEADER_BYTES)) this.scan.end = base + read;
    this.#window = { base, bytes: bytes.subarray(0, read) };
  }

  #show(window: ScanWindow): void {
    if (this.#window !== EMPTY) this.#windows.letGo(this.#window.bytes.buffer);
    this.#window = window;
  }
}
