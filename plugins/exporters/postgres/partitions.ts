// Which times have partitions, as far as this process knows; it asks for those that it misses.
import type { LineRef } from '../../../src/sdk/index.ts';
import type { Row, Session } from './connect.ts';
import { quoteName } from './names.ts';

/** Seconds since 1970, the end exclusive. */
interface Range {
  readonly from: number;
  readonly until: number;
}

export interface Partitions {
  /** Positions of the events for whose time no partition is known. */
  missing(index: readonly LineRef[]): readonly number[];
  /** Makes those that the events at `positions` need, where their time is one that is accepted. */
  ensure(session: Session, index: readonly LineRef[], positions: readonly number[]): Promise<void>;
  /** Makes this period's and the next three. */
  ensureAhead(session: Session): Promise<void>;
  /** One of them is not there any more. */
  forget(): void;
}

const RANGE = 'extract(epoch FROM from_at)::bigint, extract(epoch FROM until_at)::bigint';

export const createPartitions = (schema: string): Partitions => {
  const functions = quoteName(schema);
  const ranges: Range[] = [];
  let latest: Range = { from: 0, until: 0 };

  const isKnown = (seconds: number): boolean => {
    if (seconds >= latest.from && seconds < latest.until) return true;
    const found = ranges.find(({ from, until }) => seconds >= from && seconds < until);
    if (found !== undefined) latest = found;
    return found !== undefined;
  };
  const add = (rows: readonly Row[]): void => {
    for (const [from, until] of rows)
      if (!isKnown(Number(from))) ranges.push({ from: Number(from), until: Number(until) });
  };

  return {
    missing: (index) => {
      const positions: number[] = [];
      for (let i = 0; i < index.length; i++) if (!isKnown(index[i]!.timestamp.seconds)) positions.push(i);
      return positions;
    },
    ensure: async (session, index, positions) => {
      const days = new Set(positions.map((position) => startOfDay(index[position]!.timestamp.seconds)));
      const sql = `SELECT ${RANGE} FROM ${functions}.betalogs_ensure_partitions((SELECT array_agg(to_timestamp(s)) FROM unnest($1::bigint[]) AS s))`;
      add(await session.rows(sql, [[...days]]));
    },
    ensureAhead: async (session) => {
      add(await session.rows(`SELECT ${RANGE} FROM ${functions}.betalogs_prepare_partitions()`));
    },
    forget: () => {
      ranges.length = 0;
      latest = { from: 0, until: 0 };
    },
  };
};

const SECONDS_PER_DAY = 86_400;
const startOfDay = (seconds: number): number => Math.floor(seconds / SECONDS_PER_DAY) * SECONDS_PER_DAY;
