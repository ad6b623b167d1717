// `Date` knows milliseconds; a story of one request is told in microseconds.

/** Milliseconds since 1970, with their fraction. */
export const preciseNow = (): number => performance.timeOrigin + performance.now();

/** RFC 3339 with microseconds. */
export const toInstant = (ms: number): string => {
  const micros = Math.floor((ms % 1) * 1000);
  return `${new Date(ms).toISOString().slice(0, -1)}${String(micros).padStart(3, '0')}Z`;
};
