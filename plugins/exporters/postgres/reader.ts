import { TENANT_PATTERN } from '../../../src/event/schema.ts';
import type { EventReader, LinkedLine, ReadPage, StoredLine } from '../../../src/sdk/index.ts';
import { classify } from './classify.ts';
import type { Database, Row, Session } from './connect.ts';
import { quoteText } from './names.ts';
import {
  countCarrying,
  eventLookups,
  isEventId,
  selectCarrying,
  selectEvents,
  selectLinked,
  type Select,
} from './select.ts';

/** A page ends here, whatever its limit: 1,000 events of the largest size would be 250 MB. */
const MAX_PAGE_CHARS = 8 * 1024 * 1024;
/** Nothing is there yet: no schema, no table. */
const NOT_THERE = new Set(['3F000', '42P01']);

/** `database` connects as the reader's role, whose policies show the rows of `app.tenant_id` alone. */
export const createReader = (database: Database, schema: string): EventReader => {
  const inTenant = async <T>(tenant: string, nothing: T, read: (session: Session) => Promise<T>): Promise<T> => {
    if (!TENANT_PATTERN.test(tenant)) return nothing;
    try {
      return await database.session(async (session) => {
        await session.run(`BEGIN READ ONLY; SELECT set_config('app.tenant_id', ${quoteText(tenant)}, true)`);
        const answer = await read(session);
        await session.run('COMMIT');
        return answer;
      });
    } catch (error) {
      const { class: verdict, code, reason } = classify(error);
      if (NOT_THERE.has(code)) return nothing;
      if (verdict === 'reconnect') database.reconnect();
      throw new Error(`cannot read from Postgres: ${reason}`, { cause: error });
    }
  };

  const pageOf = <Line extends StoredLine>(
    tenant: string,
    { sql, values }: Select,
    limit: number,
    toLine: (row: Row) => Line,
  ): Promise<ReadPage<Line>> =>
    inTenant<ReadPage<Line>>(tenant, { lines: [], more: false }, async (session) =>
      cut((await session.rows(sql, values)).map(toLine), limit),
    );

  return {
    query: (tenant, filter, page) =>
      pageOf(tenant, selectEvents(schema, tenant, filter, page), page.limit, toStoredLine),
    event: async (tenant, eventId) => {
      if (!isEventId(eventId)) return undefined;
      return inTenant(tenant, undefined, async (session) => {
        for (const { sql, values } of eventLookups(schema, tenant, eventId)) {
          const [row] = await session.rows(sql, values);
          if (row !== undefined) return toStoredLine(row);
        }
        return undefined;
      });
    },
    linkedTo: (tenant, correlationId, page) =>
      pageOf(tenant, selectLinked(schema, tenant, correlationId, page), page.limit, toLinkedLine),
    carrying: (tenant, key, page) =>
      pageOf(tenant, selectCarrying(schema, tenant, key, page), page.limit, toStoredLine),
    countCarrying: (tenant, key, limit) =>
      inTenant(tenant, 0, async (session) => {
        const { sql, values } = countCarrying(schema, tenant, key, limit);
        return Number((await session.rows(sql, values))[0]?.[0] ?? 0);
      }),
    close: () => database.close(),
  };
};

const toStoredLine = ([line, ns, eventId]: Row): StoredLine => ({
  line: String(line),
  timestampNs: BigInt(String(ns)),
  eventId: String(eventId),
});
const toLinkedLine = (row: Row): LinkedLine => ({
  ...toStoredLine(row),
  ...(typeof row[3] === 'string' && { linkType: row[3] }),
});

const cut = <Line extends StoredLine>(rows: readonly Line[], limit: number): ReadPage<Line> => {
  let chars = 0;
  const over = rows.findIndex(({ line }, i) => {
    chars += line.length;
    return i === limit || (i > 0 && chars > MAX_PAGE_CHARS);
  });
  return over === -1 ? { lines: rows, more: false } : { lines: rows.slice(0, over), more: true };
};
