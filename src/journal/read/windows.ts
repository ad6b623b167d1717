import { createBufferPool } from '../../sdk/buffer-pool.ts';

/** The memory that segments are read into: used again when neither the reader nor a frame in it is needed any more. */
export interface Windows {
  /** Held once, by whoever takes it. */
  take(bytes: number): Buffer;
  /** Once more, for a frame that lies in it. */
  hold(memory: ArrayBufferLike): void;
  letGo(memory: ArrayBufferLike): void;
}

/** Two of the largest windows: one that is read into, one that is exported. */
const MOST_BYTES_KEPT = 8 * 1024 * 1024;

export const createWindows = (): Windows => {
  const pool = createBufferPool(MOST_BYTES_KEPT);
  const holders = new Map<ArrayBufferLike, number>();
  return {
    take: (bytes) => {
      const memory = pool.take(bytes);
      holders.set(memory.buffer, 1);
      return memory.subarray(0, bytes);
    },
    hold: (memory) => void holders.set(memory, (holders.get(memory) ?? 0) + 1),
    letGo: (memory) => {
      const left = (holders.get(memory) ?? 0) - 1;
      if (left > 0) holders.set(memory, left);
      else if (holders.delete(memory)) pool.give(Buffer.from(memory));
    },
  };
};

/** For a short reading: what is let go is garbage. */
export const freshWindows: Windows = {
  take: (bytes) => Buffer.allocUnsafe(bytes),
  hold: () => undefined,
  letGo: () => undefined,
};
