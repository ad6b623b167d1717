import type { Lease } from '../intake.ts';
import { busyProblem, type Problem } from './problem.ts';

/** Counts what a request holds against its lease, and asks for more as soon as it holds more than was reserved. */
export interface Account {
  /** Not undefined: stop reading and answer this. */
  take(bytes: number): Problem | undefined;
}

export const createAccount = (lease: Lease, reservedBytes: number): Account => {
  let room = reservedBytes;
  return {
    take(bytes) {
      room -= bytes;
      if (room >= 0) return undefined;
      const busy = lease.grow(-room);
      room = 0;
      return busy && busyProblem(busy);
    },
  };
};
