// One index a month of the event's own time, so that a retry finds its first attempt whenever it comes.
import type { Instant } from '../../../src/event/time.ts';

const SECONDS_PER_DAY = 86_400;
let cachedDay = Number.NaN;
let cachedMonth = '';

/** `2026.11`, in UTC. */
export const monthOf = ({ seconds }: Instant): string => {
  const day = Math.floor(seconds / SECONDS_PER_DAY);
  if (day !== cachedDay) {
    cachedMonth = new Date(day * SECONDS_PER_DAY * 1000).toISOString().slice(0, 7).replace('-', '.');
    cachedDay = day;
  }
  return cachedMonth;
};

/** Every month's index and no alias: years begin with a digit, aliases with a letter. */
export const indexPatterns = (prefix: string): readonly string[] => [`${prefix}1*`, `${prefix}2*`];

/** When an index of ours ends, in milliseconds since 1970; undefined for a name that is not ours. */
export const endOfIndexMs = (prefix: string, index: string): number | undefined => {
  if (!index.startsWith(prefix)) return undefined;
  const [, year, month] = /^(\d{4})\.(0[1-9]|1[0-2])$/.exec(index.slice(prefix.length)) ?? [];
  return year === undefined || month === undefined ? undefined : Date.UTC(Number(year), Number(month), 1);
};

const PLAIN = /[A-Za-z0-9-]/;

/** The alias through which a tenant's events alone are seen. Reversible: what is not plain becomes `_` and two hex digits. */
export const aliasOf = (prefix: string, tenant: string): string =>
  `${prefix}t-${Array.from(tenant, (char) => (PLAIN.test(char) ? char : `_${hexOf(char)}`)).join('')}`;

const hexOf = (char: string): string => char.charCodeAt(0).toString(16).padStart(2, '0');
