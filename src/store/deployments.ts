// What failed after something was deployed: the deployments of a group, and those before a group's failures.
import type { CanonicalEvent } from '../event/schema.ts';
import type { DeploymentLink, EventFilter, EventReader, EventRecord } from '../sdk/index.ts';
import { placedRecordOf, type PlacedRecord } from './record.ts';
import { compareKeys } from './timeline.ts';

const WINDOW_NS = 30n * 60n * 1_000_000_000n;
const MAX_PLACES = 8;
const MAX_DEPLOYMENTS = 16;
const MAX_EVENTS = 100;

/** Errors, and failed orders. */
const FAILURES: readonly EventFilter[] = [
  { outcome: 'error' },
  { outcome: 'timeout' },
  { action: 'order_failed' },
  { category: 'business', outcome: 'failure' },
];
const isFailure = ({ action, category, outcome }: CanonicalEvent): boolean =>
  FAILURES.some(
    (filter) =>
      (filter.action ?? action) === action &&
      (filter.category ?? category) === category &&
      (filter.outcome ?? outcome) === outcome,
  );

interface Place {
  readonly service: string;
  readonly environment: string;
}
const placeOf = ({ service, deployment }: CanonicalEvent): Place | undefined => {
  const environment = deployment?.environment ?? service?.environment;
  return service === undefined || environment === undefined ? undefined : { service: service.name, environment };
};
const isAt = (place: Place, event: CanonicalEvent): boolean => {
  const at = placeOf(event);
  return at?.service === place.service && at.environment === place.environment;
};

export const deploymentLinks = async (
  reader: EventReader,
  tenant: string,
  group: readonly PlacedRecord[],
): Promise<readonly DeploymentLink[]> => {
  const own = group.filter(({ record }) => record.event.action === 'deploy_completed').slice(0, MAX_DEPLOYMENTS);
  const inGroup = new Set(group.map(({ at }) => at.eventId));
  const after = await Promise.all(own.map((deployed) => failuresAfter(reader, tenant, deployed, inGroup)));
  const before = own.length > 0 ? [] : await deploymentsBefore(reader, tenant, group);
  return [...after, ...before].filter((link) => link !== undefined);
};

const failuresAfter = async (
  reader: EventReader,
  tenant: string,
  { at, record }: PlacedRecord,
  inGroup: ReadonlySet<string>,
): Promise<DeploymentLink | undefined> => {
  const place = placeOf(record.event);
  if (place === undefined) return undefined;
  const span = { sinceNs: at.timestampNs, untilNs: at.timestampNs + WINDOW_NS };
  const pages = await Promise.all(
    FAILURES.map((filter) => reader.query(tenant, { ...place, ...span, ...filter }, { limit: MAX_EVENTS })),
  );
  const lines = new Map(pages.flatMap((page) => page.lines.map((line) => [line.eventId, line] as const)));
  const events = [...lines.values()]
    .filter(({ eventId }) => !inGroup.has(eventId))
    .toSorted((a, b) => compareKeys(b, a))
    .slice(0, MAX_EVENTS)
    .map((line) => placedRecordOf(tenant, line).record);
  return linkOf(record, place, events);
};

/** For a group without a deployment of its own: those within half an hour before one of its failures. */
const deploymentsBefore = async (
  reader: EventReader,
  tenant: string,
  group: readonly PlacedRecord[],
): Promise<readonly (DeploymentLink | undefined)[]> => {
  const failures = group.filter(({ record: { event } }) => isFailure(event) && placeOf(event) !== undefined);
  const places = new Map(
    failures
      .map(({ record }) => placeOf(record.event)!)
      .map((place) => [`${place.service}\0${place.environment}`, place]),
  );
  const links = [...places.values()].slice(0, MAX_PLACES).map(async (place) => {
    const here = failures.filter(({ record }) => isAt(place, record.event));
    const times = here.map(({ at }) => at.timestampNs).toSorted((a, b) => (a < b ? -1 : 1));
    // A deployment's environment is its own word, and not always its service's.
    const filter = { action: 'deploy_completed', service: place.service };
    const span = { sinceNs: times[0]! - WINDOW_NS, untilNs: times.at(-1)! + 1n };
    const { lines } = await reader.query(tenant, { ...filter, ...span }, { limit: MAX_EVENTS });
    return lines
      .map((line) => placedRecordOf(tenant, line))
      .filter(({ record }) => isAt(place, record.event))
      .slice(0, MAX_DEPLOYMENTS)
      .map(({ at, record }) => linkOf(record, place, within(here, at.timestampNs)));
  });
  return (await Promise.all(links)).flat();
};

const within = (failures: readonly PlacedRecord[], deployedNs: bigint): readonly EventRecord[] =>
  failures
    .filter(({ at }) => at.timestampNs >= deployedNs && at.timestampNs < deployedNs + WINDOW_NS)
    .toSorted((a, b) => compareKeys(b.at, a.at))
    .slice(0, MAX_EVENTS)
    .map(({ record }) => record);

const linkOf = (deployed: EventRecord, place: Place, events: readonly EventRecord[]): DeploymentLink | undefined =>
  events.length === 0
    ? undefined
    : { type: 'after_deployment', deployEventId: deployed.event.eventId, ...place, events };
