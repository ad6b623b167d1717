// The bytes of a body as they come in.
import { createBufferPool } from '../buffer-pool.ts';

export interface Body {
  add(chunk: Buffer): void;
  end(): Buffer;
}

/** Below this the pieces cost less than the care; above it memory would be taken long before the bytes have come. */
const SMALLEST_BORROWED = 16 * 1024;
const LONGEST_BORROWED = 4 * 1024 * 1024;

const bodies = createBufferPool();
/** Memory that was handed out as a body. A caller who never gives it back keeps it, and it is garbage in the end. */
const borrowed: WeakSet<ArrayBufferLike> = new WeakSet();

/** `length`: what the sender says. */
export const createBody = (length: number | undefined): Body =>
  length === undefined || length < SMALLEST_BORROWED || length > LONGEST_BORROWED ? gathered([]) : copied(length);

/** For the last one that reads a body: its memory is used for another. Any other buffer is left alone. */
export const releaseBody = (body: Buffer): void => {
  if (borrowed.delete(body.buffer)) bodies.give(Buffer.from(body.buffer));
};

const EMPTY = Buffer.alloc(0);

const gathered = (chunks: Buffer[]): Body => ({
  add: (chunk) => void chunks.push(chunk),
  end: () => (chunks.length === 1 ? chunks[0]! : chunks.length === 0 ? EMPTY : Buffer.concat(chunks)),
});

const copied = (length: number): Body => {
  const memory = bodies.take(length);
  let end = 0;
  /** Where more comes than was said. */
  let rest: Body | undefined;
  return {
    add: (chunk) => {
      if (rest === undefined && end + chunk.length > memory.length) rest = gathered([memory.subarray(0, end)]);
      if (rest !== undefined) return rest.add(chunk);
      memory.set(chunk, end);
      end += chunk.length;
    },
    end: () => {
      if (rest !== undefined) return rest.end();
      borrowed.add(memory.buffer);
      return memory.subarray(0, end);
    },
  };
};
