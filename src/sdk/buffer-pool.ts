/** Memory that is used again. Whoever gives a buffer back must be the last that reads it. */
export interface BufferPool {
  /** At least so many bytes; what stands in them is left over. */
  take(bytes: number): Buffer;
  /** A whole buffer, as it was taken. */
  give(buffer: Buffer): void;
}

const SMALLEST = 16 * 1024;
/**
 * V8 counts what lies outside its heap, and collects everything for each 64 MiB of it: buffers that were let go cost
 * 5 µs an event and half of the resident memory. So as much is kept as a few senders have in flight.
 */
const MOST_BYTES_KEPT = 16 * 1024 * 1024;

export const createBufferPool = (mostBytesKept = MOST_BYTES_KEPT): BufferPool => {
  /** Smallest first, so that a small need does not take a large one's. */
  const free: Buffer[] = [];
  let freeBytes = 0;
  return {
    take: (bytes) => {
      const fits = free.findIndex((buffer) => buffer.length >= bytes);
      if (fits < 0) return Buffer.allocUnsafeSlow(Math.max(SMALLEST, 2 ** Math.ceil(Math.log2(bytes))));
      const [buffer] = free.splice(fits, 1);
      freeBytes -= buffer!.length;
      return buffer!;
    },
    give: (buffer) => {
      if (freeBytes + buffer.length > mostBytesKept) return;
      const place = free.findIndex(({ length }) => length >= buffer.length);
      free.splice(place < 0 ? free.length : place, 0, buffer);
      freeBytes += buffer.length;
    },
  };
};
