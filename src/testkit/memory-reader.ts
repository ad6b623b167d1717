// A store that is a list: for the tests of what reads stores.
import { SESSION_KEY, sessionOf, type BusinessKey } from '../event/business-keys.ts';
import type { CanonicalEvent } from '../event/schema.ts';
import { parseInstant } from '../event/time.ts';
import type { EventFilter, EventReader, PageKey, PageRequest, ReadPage, StoredLine } from '../sdk/index.ts';

export const memoryReader = (events: readonly CanonicalEvent[]): EventReader => {
  const pageOf = <Line extends StoredLine>(lines: readonly Line[], { limit, after }: PageRequest): ReadPage<Line> => {
    const behind = lines
      .filter((line) => after === undefined || compareKeys(line, after) < 0)
      .toSorted((a, b) => compareKeys(b, a));
    return { lines: behind.slice(0, limit), more: behind.length > limit };
  };
  const of = (tenant: string): readonly CanonicalEvent[] => events.filter(({ tenantId }) => tenantId === tenant);
  return {
    query: async (tenant, filter, page) =>
      pageOf(
        of(tenant)
          .map((event) => ({ event, line: lineOf(event) }))
          .filter(({ event, line }) => matches(event, line, filter))
          .map(({ line }) => line),
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
    carrying: async (tenant, key, page) => pageOf(of(tenant).filter(carries(key)).map(lineOf), page),
    countCarrying: async (tenant, key, limit) => Math.min(of(tenant).filter(carries(key)).length, limit),
    close: async () => {},
  };
};

/** Of the filters, those that timelines need. */
const matches = (event: CanonicalEvent, { timestampNs }: StoredLine, filter: EventFilter): boolean =>
  (filter.trace ?? event.correlation.traceId) === event.correlation.traceId &&
  (filter.correlation ?? event.correlation.correlationId) === event.correlation.correlationId &&
  (filter.category ?? event.category) === event.category &&
  (filter.action ?? event.action) === event.action &&
  (filter.outcome ?? event.outcome) === event.outcome &&
  (filter.service ?? event.service?.name) === event.service?.name &&
  (filter.environment ?? event.service?.environment) === event.service?.environment &&
  (filter.sinceNs ?? timestampNs) <= timestampNs &&
  (filter.untilNs === undefined || timestampNs < filter.untilNs);

const carries =
  ({ type, value }: BusinessKey) =>
  (event: CanonicalEvent): boolean =>
    event.correlation.businessKeys?.[type] === value || (type === SESSION_KEY && sessionOf(event) === value);

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
