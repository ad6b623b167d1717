import type { Instant } from '../../event/time.ts';

/** Nanoseconds since 1970 in decimal digits, as OTLP's JSON writes a time. */
export const nanosText = ({ seconds, nanos }: Instant): string =>
  seconds === 0 ? String(nanos) : `${seconds}${String(nanos).padStart(9, '0')}`;
