// Answers as text. The sealed lines go out as they are: parsing and writing them again would round large integers.
import type { Correlation, EventPage, EventRecord, GroupLink, Timeline } from './event-queries.ts';

export const recordJson = ({ line, linkedBy }: EventRecord): string =>
  linkedBy === undefined ? line : `${line.slice(0, -1)},"linkedBy":${JSON.stringify(linkedBy)}}`;

const eventsJson = (events: readonly EventRecord[]): string => `[${events.map(recordJson).join(',')}]`;
const truncatedJson = ({ truncated }: Timeline): string => (truncated ? ',"truncated":true' : '');

/** `{"events":[…],"next":cursor|null}` */
export const pageJson = ({ events, next }: EventPage): string =>
  `{"events":${eventsJson(events)},"next":${JSON.stringify(next)}}`;

/** `{"traceId","events":[…]}`, and `"truncated":true` where it is. */
export const traceJson = (traceId: string, trace: Timeline): string =>
  `{"traceId":${JSON.stringify(traceId)},"events":${eventsJson(trace.events)}${truncatedJson(trace)}}`;

/** `{"correlationId","events":[…],"links":[…]}`, and `"truncated":true` where it is. */
export const correlationJson = (correlationId: string, group: Correlation): string =>
  `{"correlationId":${JSON.stringify(correlationId)},"events":${eventsJson(group.events)},` +
  `"links":${JSON.stringify(group.links.map(toLinkJson))}${truncatedJson(group)}}`;

const toLinkJson = ({ events, ...link }: GroupLink): object => ({
  ...link,
  eventIds: events.map(({ event }) => event.eventId),
});
