// Which sequences are acknowledged: everything up to a low-water mark, and ranges above it.

/** From and to, both inclusive. */
export type SequenceRange = readonly [from: number, to: number];

export class AckSet {
  #low: number;
  /** Ascending, apart by at least one sequence from each other and from the low-water mark. */
  readonly #ranges: [from: number, to: number][];

  constructor(low: number, ranges: readonly SequenceRange[] = []) {
    this.#low = low;
    this.#ranges = [];
    for (const [from, to] of ranges) this.add(from, to);
  }

  /** Every sequence up to this one is acknowledged. */
  get low(): number {
    return this.#low;
  }

  get ranges(): readonly SequenceRange[] {
    return this.#ranges;
  }

  has(sequence: number): boolean {
    if (sequence <= this.#low) return true;
    const range = this.#ranges[this.#firstEndingAt(sequence)];
    return range !== undefined && range[0] <= sequence;
  }

  add(from: number, to: number = from): void {
    if (to <= this.#low) return;
    const at = this.#firstEndingAt(from - 1);
    let start = from;
    let end = to;
    let joined = 0;
    for (let range = this.#ranges[at]; range !== undefined && range[0] <= to + 1; range = this.#ranges[at + joined]) {
      start = Math.min(start, range[0]);
      end = Math.max(end, range[1]);
      joined++;
    }
    if (start <= this.#low + 1) {
      this.#low = end;
      this.#ranges.splice(0, at + joined);
    } else {
      this.#ranges.splice(at, joined, [start, end]);
    }
  }

  /** The position of the first range that ends at `sequence` or later. */
  #firstEndingAt(sequence: number): number {
    let left = 0;
    let right = this.#ranges.length;
    while (left < right) {
      const middle = (left + right) >>> 1;
      if (this.#ranges[middle]![1] >= sequence) right = middle;
      else left = middle + 1;
    }
    return left;
  }
}
