// Tenant-scoped reads: the tenant's routing, its filter in every query, and a check of each hit before it leaves.
import { TENANT_PATTERN, type CanonicalEvent } from '../../../src/event/schema.ts';
import { parseInstant } from '../../../src/event/time.ts';
import type { EventReader, LinkedLine, Log, PageRequest, ReadPage, StoredLine } from '../../../src/sdk/index.ts';
import { describe } from './answer.ts';
import type { Connection } from './connect.ts';
import { sourcesOf } from './hits.ts';
import { indexPatterns } from './months.ts';
import { lineOf } from './opaque.ts';
import { carriesKey, countBody, filtersOf, idIs, linksName, searchBody } from './select.ts';

type Clauses = NonNullable<ReturnType<typeof filtersOf>>;

interface Hit {
  readonly line: StoredLine;
  readonly event: CanonicalEvent;
}

const NOTHING: ReadPage<never> = { lines: [], more: false };
/** Hits of one search, so that a page of large events is never one answer. */
const MAX_HITS = 200;
/** A page ends here, whatever its limit. */
const MAX_PAGE_CHARS = 8 * 1024 * 1024;

export const createReader = (connection: Connection, prefix: string, log: Log): EventReader => {
  const indices = `/${indexPatterns(prefix).join(',')}`;

  const search = async (tenant: string, clauses: Clauses, page: PageRequest): Promise<readonly Hit[]> => {
    const answer = await connection.ask({
      method: 'POST',
      path: `${indices}/_search`,
      query: { routing: tenant, ignore_unavailable: true, allow_no_indices: true, allow_partial_search_results: false },
      body: searchBody(tenant, clauses, page),
    });
    if (answer.status !== 200) throw new Error(`opensearch cannot be read: ${describe(answer)}`);
    return sourcesOf(answer.text).map(toHit);
  };

  const count = async (tenant: string, clauses: Clauses, limit: number): Promise<number> => {
    if (!TENANT_PATTERN.test(tenant)) return 0;
    const answer = await connection.ask({
      method: 'POST',
      path: `${indices}/_count`,
      query: { routing: tenant, ignore_unavailable: true, allow_no_indices: true, terminate_after: limit },
      body: countBody(tenant, clauses),
    });
    if (answer.status !== 200) throw new Error(`opensearch cannot be read: ${describe(answer)}`);
    const { count: found = 0 } = JSON.parse(answer.text) as { count?: number };
    return Math.min(found, limit);
  };

  /** Asks for one more than the limit, to know whether there is more. */
  const pageOf = async <Line extends StoredLine>(
    tenant: string,
    clauses: Clauses | undefined,
    { limit, after }: PageRequest,
    toLine: (hit: Hit) => Line,
  ): Promise<ReadPage<Line>> => {
    if (clauses === undefined || !TENANT_PATTERN.test(tenant)) return NOTHING;
    const lines: Line[] = [];
    let chars = 0;
    for (let key = after; ;) {
      const size = Math.min(limit + 1 - lines.length, MAX_HITS);
      const before = lines.length;
      const hits = await search(tenant, clauses, { limit: size, ...(key !== undefined && { after: key }) });
      for (const hit of hits) {
        if (lines.length === limit || (lines.length > 0 && chars > MAX_PAGE_CHARS)) return { lines, more: true };
        key = hit.line;
        if (isOwn(hit)) lines.push(toLine(hit));
        chars += hit.line.line.length;
      }
      // A search that brought nothing of the tenant's is the last, whatever the store says.
      if (hits.length < size || lines.length === before) return { lines, more: false };
    }

    function isOwn({ event, line }: Hit): boolean {
      if (event.tenantId === tenant) return true;
      log.error("a hit that is another tenant's was withheld", { eventId: line.eventId });
      return false;
    }
  };

  return {
    query: (tenant, filter, page) => pageOf(tenant, filtersOf(filter), page, ({ line }) => line),
    event: async (tenant, eventId) => (await pageOf(tenant, idIs(eventId), { limit: 1 }, ({ line }) => line)).lines[0],
    linkedTo: (tenant, correlationId, page) =>
      pageOf(tenant, linksName(correlationId), page, (hit) => toLinkedLine(hit, correlationId)),
    carrying: (tenant, key, page) => pageOf(tenant, carriesKey(key), page, ({ line }) => line),
    countCarrying: (tenant, key, limit) => count(tenant, carriesKey(key), limit),
    close: () => connection.close(),
  };
};

const NS_PER_SECOND = 1_000_000_000n;

const toHit = (source: string): Hit => {
  const line = lineOf(source);
  const event = JSON.parse(line) as CanonicalEvent;
  const time = parseInstant(event.timestamp);
  if (typeof time === 'string') throw new Error('opensearch holds an event whose time does not parse');
  const { seconds, nanos } = time.instant;
  const timestampNs = BigInt(seconds) * NS_PER_SECOND + BigInt(nanos);
  return { line: { line, timestampNs, eventId: event.eventId }, event };
};

const toLinkedLine = ({ line, event }: Hit, correlationId: string): LinkedLine => {
  const type = event.correlation.links?.find((link) => link.correlationId === correlationId)?.type;
  return type === undefined ? line : { ...line, linkType: type };
};
