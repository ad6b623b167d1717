import { parseInstant, type Instant } from '../event/time.ts';
import type { ManifestEntry } from '../sdk/archive/manifest.ts';

/** By `receivedAt`, as the archive is laid out: `sinceNs` inclusive, `untilNs` exclusive, in ns since 1970. */
export interface Window {
  readonly sinceNs?: bigint | undefined;
  readonly untilNs?: bigint | undefined;
}

export const instantNs = ({ seconds, nanos }: Instant): bigint => BigInt(seconds) * 1_000_000_000n + BigInt(nanos);

/** Undefined: not a time. */
const nanosecondsOf = (text: string): bigint | undefined => {
  const parsed = parseInstant(text);
  return typeof parsed === 'string' ? undefined : instantNs(parsed.instant);
};

export const isWithin = ({ sinceNs, untilNs }: Window, ns: bigint): boolean =>
  (sinceNs === undefined || ns >= sinceNs) && (untilNs === undefined || ns < untilNs);

/** Whether any of the object's events may be within. */
export const mayReach = ({ sinceNs, untilNs }: Window, { firstReceivedAt, lastReceivedAt }: ManifestEntry): boolean => {
  const first = nanosecondsOf(firstReceivedAt);
  const last = nanosecondsOf(lastReceivedAt);
  if (first === undefined || last === undefined) return true;
  return (sinceNs === undefined || last >= sinceNs) && (untilNs === undefined || first < untilNs);
};
