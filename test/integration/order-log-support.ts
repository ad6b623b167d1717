// An order log as shops write them: most events name an item or a package only, and packages hold items of several orders.
import { lastValueFrom, of } from 'rxjs';
import correlate from '../../plugins/processors/correlate/plugin.ts';
import normalize from '../../plugins/processors/normalize/plugin.ts';
import redact from '../../plugins/processors/redact/plugin.ts';
import tenantFilter from '../../plugins/processors/tenant-filter/plugin.ts';
import validate from '../../plugins/processors/validate/plugin.ts';
import type { CanonicalEvent } from '../../src/event/schema.ts';
import { formatInstant } from '../../src/event/time.ts';
import { EventBatch, type ProcessorPlugin } from '../../src/sdk/index.ts';
import { componentContext } from '../../src/testkit/fakes.ts';
import { ORIGIN, RECEIVED_AT, rawEventOf, type Content } from '../../src/testkit/arbitraries.ts';
import { seeded } from '../bench/seeded.ts';

export const TENANT = ORIGIN.tenant;

export interface LoggedEvent {
  readonly eventId: string;
  readonly names: { readonly orderId?: string; readonly itemId?: string; readonly packageId?: string };
  readonly content: Content;
}
export interface OrderLog {
  readonly orders: readonly string[];
  /** In no particular order. */
  readonly events: readonly LoggedEvent[];
}

const FORMS: readonly ((keys: Readonly<Record<string, string>>) => Content)[] = [
  (keys) => ({ data: keys }),
  (keys) => ({ correlation: { businessKeys: keys } }),
  (keys) => ({ attributes: Object.fromEntries(Object.entries(keys).map(([key, value]) => [snake(key), value])) }),
];
const snake = (key: string): string => key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Items belong to one order each; packages are filled across orders that were placed at about the same time. */
export const orderLog = (count: number, seed: number): OrderLog => {
  const random = seeded(seed);
  const events: LoggedEvent[] = [];
  const log = (action: string, names: LoggedEvent['names'], more: Readonly<Record<string, string>> = {}): void => {
    const n = events.length;
    events.push({
      eventId: `019ab512-0000-7000-8000-${n.toString(16).padStart(12, '0')}`,
      names,
      content: {
        category: 'business',
        action: `x.${action}`,
        timestamp: formatInstant({ seconds: RECEIVED_AT.seconds - 1_000_000 + n, nanos: 0 }),
        actor: { id: 'shop', type: 'system' },
        object: { type: 'thing', id: 'any' },
        ...random.pick(FORMS)({ ...names, ...more }),
      },
    });
  };
  const orders = Array.from({ length: count }, (_, i) => `o-${i}`);
  const items: string[] = [];
  for (const orderId of orders) {
    log('order_placed', { orderId });
    for (let i = random.below(4); i >= 0; i--) {
      const itemId = `i-${items.length}`;
      items.push(itemId);
      log('item_ordered', { orderId, itemId });
      for (let more = random.below(3); more > 0; more--) log('item_picked', { itemId });
    }
    log('order_paid', { orderId }, { paymentId: `p-${orderId}` });
  }
  for (let at = 0, n = 0; at < items.length; n++) {
    const packageId = `box-${n}`;
    const size = 1 + random.below(6);
    for (const itemId of items.slice(at, at + size)) log('item_packed', { itemId, packageId });
    for (const step of ['package_sent', 'package_delivered']) log(step, { packageId });
    at += size;
  }
  return { orders, events: shuffled(events, random.below) };
};

const shuffled = <T>(values: readonly T[], below: (limit: number) => number): T[] => {
  const all = [...values];
  for (let i = all.length - 1; i > 0; i--) {
    const j = below(i + 1);
    [all[i], all[j]] = [all[j]!, all[i]!];
  }
  return all;
};

const STEPS: readonly ProcessorPlugin[] = [validate, normalize, correlate, redact, tenantFilter] as never;

/** Through the processors of the shipped configuration, as they are there. */
export const processed = async (events: readonly LoggedEvent[]): Promise<readonly CanonicalEvent[]> => {
  const clock = { now: () => RECEIVED_AT, monotonicMs: () => 0, schedule: () => () => undefined };
  const operators = STEPS.map((plugin) => plugin.create(plugin.config.parse({}), componentContext({ clock })));
  const items = events.map(({ eventId, content }, slot) => ({ slot, raw: rawEventOf(content, { eventId }) }));
  const batch = await lastValueFrom(
    operators.reduce((batches, operator) => batches.pipe(operator), of(new EventBatch(ORIGIN, items))),
  );
  return batch.items.map(({ event }) => event!);
};

export interface Expected {
  /** Sorted. */
  readonly eventIds: readonly string[];
  readonly packages: ReadonlyMap<string, readonly string[]>;
}

/** The log read by somebody who knows nothing of correlation. */
export const expectations = ({ orders, events }: OrderLog): ReadonlyMap<string, Expected> => {
  const orderOf = new Map(events.map(({ names }) => [names.itemId, names.orderId] as const).filter(([item, order]) => item !== undefined && order !== undefined)); // prettier-ignore
  const ids = new Map<string, string[]>(orders.map((order) => [order, []]));
  const packagesOf = new Map<string, Set<string>>(orders.map((order) => [order, new Set()]));
  const inPackage = new Map<string, string[]>();
  for (const { eventId, names } of events) {
    const order = names.orderId ?? orderOf.get(names.itemId);
    if (order !== undefined) ids.get(order)!.push(eventId);
    if (names.packageId === undefined) continue;
    inPackage.set(names.packageId, [...(inPackage.get(names.packageId) ?? []), eventId]);
    if (order !== undefined) packagesOf.get(order)!.add(names.packageId);
  }
  return new Map(
    orders.map((order) => [
      order,
      {
        eventIds: ids.get(order)!.toSorted(),
        packages: new Map([...packagesOf.get(order)!].toSorted().map((id) => [id, inPackage.get(id)!.toSorted()])),
      },
    ]),
  );
};
