// One direction of one connection of the proxy: chunks in their order, with the faults that are asked for.
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Seeded } from '../bench/seeded.ts';
import type { Faults } from './tcp-proxy.ts';

export interface LaneOptions {
  readonly from: Socket;
  readonly to: Socket;
  readonly faults: Faults;
  readonly random: Seeded;
  readonly onBytes: (bytes: number) => void;
  readonly onLost: (bytes: number) => void;
  /** `keepsReceiver`: what was passed on is to arrive all the same. */
  readonly onCut: (keepsReceiver: boolean) => void;
}

export interface Lane {
  /** Bytes were swallowed: the stream is not whole any more. */
  hasLost(): boolean;
}

/** More than this waiting for its delay stops the reading. */
const MAX_HELD_BYTES = 4 * 1024 * 1024;

export const createLane = ({ from, to, faults, random, onBytes, onLost, onCut }: LaneOptions): Lane => {
  let hasLost = false;
  let isOver = false;
  let tail: Buffer = Buffer.alloc(0);
  let heldBytes = 0;
  let last: Promise<unknown> = Promise.resolve();

  const send = async (chunk: Buffer): Promise<void> => {
    if (chunk.length === 0 || to.destroyed) return;
    onBytes(chunk.length);
    if (to.write(chunk)) return;
    await new Promise<void>((resolve) => {
      to.once('drain', resolve);
      to.once('close', resolve);
    });
  };

  /** Whether the pattern ends in this chunk; the last bytes of earlier ones are kept for it. */
  const sees = (pattern: Buffer, chunk: Buffer): boolean => {
    const seen = Buffer.concat([tail, chunk]);
    tail = seen.subarray(Math.max(0, seen.length - pattern.length + 1));
    return seen.includes(pattern);
  };

  const end = (keepsReceiver: boolean): void => {
    isOver = true;
    onCut(keepsReceiver);
  };

  const pass = async (chunk: Buffer): Promise<void> => {
    if (isOver) return;
    const { pattern, cutAfter } = faults;
    if (faults.isStalling) {
      hasLost = true;
      return onLost(chunk.length);
    }
    if (pattern !== undefined && sees(pattern.bytes, chunk)) {
      faults.pattern = undefined;
      if (pattern.when === 'after') await send(chunk);
      return end(pattern.when === 'after');
    }
    if (cutAfter !== undefined && chunk.length >= cutAfter) {
      faults.cutAfter = undefined;
      await send(chunk.subarray(0, cutAfter));
      await flushed(to);
      return end(false);
    }
    if (cutAfter !== undefined) faults.cutAfter = cutAfter - chunk.length;
    const garbage = Buffer.from(Array.from({ length: faults.garbageBytes }, () => random.below(256)));
    faults.garbageBytes = 0;
    await send(Buffer.concat([garbage, chunk]));
  };

  const queue = (step: () => Promise<void> | void): void => {
    last = last.then(step);
  };

  from.on('data', (chunk: Buffer) => {
    const dueMs = performance.now() + faults.delayMs + random.below(faults.jitterMs + 1);
    heldBytes += chunk.length;
    if (heldBytes > MAX_HELD_BYTES) from.pause();
    queue(async () => {
      const leftMs = dueMs - performance.now();
      if (leftMs > 0) await sleep(leftMs);
      await pass(chunk);
      heldBytes -= chunk.length;
      if (heldBytes <= MAX_HELD_BYTES) from.resume();
    });
  });
  from.once('end', () => queue(() => void to.end()));

  return { hasLost: () => hasLost };
};

/** A reset throws away what the kernel was not yet given. */
const flushed = async (socket: Socket): Promise<void> => {
  while (socket.writableLength > 0 && !socket.destroyed) await new Promise((resolve) => setImmediate(resolve));
};
