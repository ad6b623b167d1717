/** A small seeded generator (mulberry32), so that a load is the same in every run. */
export interface Seeded {
  below(limit: number): number;
  hex(digits: number): string;
  pick<T>(from: readonly T[]): T;
}

export const seeded = (seed: number): Seeded => {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    hex: (digits) => Array.from({ length: digits }, () => below(16).toString(16)).join(''),
    pick: (from) => from[below(from.length)]!,
  };
};
