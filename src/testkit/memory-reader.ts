// A store that is a list: for the tests of what reads stores.
import type { CanonicalEvent } from '../event/schema.ts';
import { parseInstant } from '../event/time.ts';
import type { EventReader, PageKey, PageRequest, ReadPage, StoredLine } from '../sdk/index.ts';

export const memoryReader = (events: readonly CanonicalEvent[]): EventReader => {
  const pageOf = <Line extends StoredLine>(lines: readonly Line[], { limit, after }: PageRequest): ReadPage<Line> => {
    const behind = lines
      .filter((line) => after === undefined || compareKeys(line, after) < 0)
      .toSorted((a, b) => compareKeys(b, a));
    return { lines: behind.slice(0, limit), more: behind.length > limit };
  };
  const of = (tenant: string): readonly CanonicalEvent[] => events.filter(({ tenantId }) => tenantId === tenant);
  return {
    query: async (tenant, { trace, correlation, action }, page) =>
      pageOf(
        of(tenant)
          .filter((event) => trace === undefined || event.correlation.traceId === trace)
          .filter((event) => correlation === undefined || event.correlation.correlationId === correlation)
          .filter((event) => action === undefined || event.action === action)
          .map(lineOf),
        page,
      ),
    event: async (tenant, eventId) =>
      of(tenant)
        .filter((event) => event.eventId === eventId)
        .map(lineOf)[0],
    linkedTo: async (tenant, correlationId, page) =>
      pageOf(
        of(tenant).flatMap((event) => {
          const link = event.correlation.links?.find((one) => one.correlationId === correlationId);
          return link === undefined
            ? []
            : [{ ...lineOf(event), ...(link.type !== undefined && { linkType: link.type }) }];
        }),
        page,
      ),
    close: async () => {},
  };
};

const compareKeys = (a: PageKey, b: PageKey): number => {
  if (a.timestampNs !== b.timestampNs) return a.timestampNs < b.timestampNs ? -1 : 1;
  return a.eventId < b.eventId ? -1 : Number(a.eventId > b.eventId);
};

const lineOf = (event: CanonicalEvent): StoredLine => {
  const parsed = parseInstant(event.timestamp);
  if (typeof parsed === 'string') throw new RangeError(`an event of a test has a time that does not parse: ${parsed}`);
  const { seconds, nanos } = parsed.instant;
  return {
    line: JSON.stringify(event),
    timestampNs: BigInt(seconds) * 1_000_000_000n + BigInt(nanos),
    eventId: event.eventId,
  };
};
