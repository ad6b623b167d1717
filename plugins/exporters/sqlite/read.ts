// The reading side, inside a worker of its own: a read-only connection that never waits for the writer.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { BusinessKey } from '../../../src/event/business-keys.ts';
import type { EventFilter, LinkedLine, PageRequest, ReadPage, StoredLine } from '../../../src/sdk/index.ts';
import { openForReading } from './open-database.ts';
import { countCarrying, selectCarrying, selectEvent, selectEvents, selectLinked, type Select } from './select.ts';

export interface Reads {
  query(tenant: string, filter: EventFilter, page: PageRequest): ReadPage;
  event(tenant: string, eventId: string): StoredLine | undefined;
  linkedTo(tenant: string, correlationId: string, page: PageRequest): ReadPage<LinkedLine>;
  carrying(tenant: string, key: BusinessKey, page: PageRequest): ReadPage;
  countCarrying(tenant: string, key: BusinessKey, limit: number): number;
  close(): void;
}

/** A page ends here, whatever its limit: 1,000 events of the largest size would be 250 MB. */
const MAX_PAGE_CHARS = 8 * 1024 * 1024;
const MAX_STATEMENTS = 64;
const NOTHING: ReadPage<never> = { lines: [], more: false };

export const createReads = (path: string): Reads => {
  let db: DatabaseSync | undefined;
  const statements = new Map<string, StatementSync>();

  const prepare = (sql: string): StatementSync | undefined => {
    db ??= openForReading(path);
    if (db === undefined) return undefined;
    let statement = statements.get(sql);
    if (statement === undefined) {
      if (statements.size >= MAX_STATEMENTS) statements.clear();
      statement = db.prepare(sql);
      statements.set(sql, statement);
    }
    return statement;
  };
  const close = (): void => {
    statements.clear();
    db?.close();
    db = undefined;
  };
  const run = <T>(select: Select | undefined, nothing: T, read: (statement: StatementSync, asked: Select) => T): T => {
    const statement = select && prepare(select.sql);
    if (select === undefined || statement === undefined) return nothing;
    try {
      return read(statement, select);
    } catch (error) {
      // The file may have been replaced: the next read opens it again.
      close();
      throw error;
    }
  };
  const pageOf = <Line extends StoredLine>(select: Select | undefined, limit: number): ReadPage<Line> =>
    run<ReadPage<Line>>(select, NOTHING, (statement, { values }) =>
      collect(statement.iterate(...values) as Iterable<unknown> as Iterable<Line>, limit),
    );

  return {
    query: (tenant, filter, page) => pageOf(selectEvents(tenant, filter, page), page.limit),
    event: (tenant, eventId) => pageOf(selectEvent(tenant, eventId), 1).lines[0],
    linkedTo: (tenant, correlationId, page) => {
      const { lines, more } = pageOf<LinkedRow>(selectLinked(tenant, correlationId, page), page.limit);
      return { lines: lines.map(toLinkedLine), more };
    },
    carrying: (tenant, key, page) => pageOf(selectCarrying(tenant, key, page), page.limit),
    countCarrying: (tenant, key, limit) =>
      run(countCarrying(tenant, key, limit), 0, (statement, { values }) =>
        Number(statement.get(...values)?.['count'] ?? 0),
      ),
    close,
  };
};

type LinkedRow = StoredLine & { readonly linkType: string | null };
const toLinkedLine = ({ linkType, ...line }: LinkedRow): LinkedLine =>
  linkType === null ? line : { ...line, linkType };

const collect = <Line extends StoredLine>(rows: Iterable<Line>, limit: number): ReadPage<Line> => {
  const lines: Line[] = [];
  let chars = 0;
  for (const row of rows) {
    if (lines.length === limit || (lines.length > 0 && chars + row.line.length > MAX_PAGE_CHARS)) {
      return { lines, more: true };
    }
    chars += row.line.length;
    // A plain object: SQLite's rows have no prototype.
    lines.push({ ...row });
  }
  return { lines, more: false };
};
