// What is shown beside a group (CORRELATION.md 3), over events as `correlate` leaves them.
import { describe, expect, test } from 'vitest';
import { groupOfKey, type BusinessKey } from '../event/business-keys.ts';
import { nameBasedId } from '../event/ids.ts';
import type { CanonicalEvent } from '../event/schema.ts';
import { correlationJson, type Correlation } from '../sdk/index.ts';
import { exampleEvent } from '../testkit/fakes.ts';
import { memoryReader } from '../testkit/memory-reader.ts';
import { readCorrelation } from './correlation.ts';

const group = (type: string, value: string): string => groupOfKey('acme', { type, value });
const ORDER = group('orderId', 'o1');

type Keys = Readonly<Record<string, string>>;
interface Made {
  /** By priority; the first is the group, or all are linked from `trace`. */
  readonly primary?: Keys;
  readonly secondary?: Keys;
  readonly trace?: string;
  readonly more?: Partial<CanonicalEvent>;
  readonly session?: string;
}

let made = 0;
const at = (minute: number): string => new Date(Date.UTC(2026, 10, 23, 10, minute)).toISOString();

/** An event as the engine would have it. */
const event = (name: string, { primary = {}, secondary = {}, trace, more, session }: Made = {}): CanonicalEvent => {
  const groups = Object.entries(primary).map(([role, value]) => ({
    correlationId: group(role, value),
    type: 'business_key',
    role,
  }));
  const [first] = groups;
  const [other] = Object.entries(secondary);
  const links = trace === undefined ? groups.slice(1) : groups;
  const own =
    trace !== undefined
      ? ({ correlationId: `trace:${trace}`, method: 'trace' } as const)
      : first !== undefined
        ? ({ correlationId: first.correlationId, method: 'business_key' } as const)
        : other !== undefined
          ? ({ correlationId: group(...other), method: 'secondary_key' } as const)
          : ({ correlationId: name, method: 'singleton' } as const);
  return exampleEvent({
    eventId: name,
    timestamp: at(made++ % 20),
    ...more,
    correlation: {
      ...own,
      confidence: 1,
      businessKeys: { ...primary, ...secondary },
      ...(links.length > 0 && { links }),
      ...(session !== undefined && { sessionId: session }),
    },
  });
};

const read = async (events: readonly CanonicalEvent[], id = ORDER): Promise<Correlation> =>
  (await readCorrelation(memoryReader(events), 'acme', id))!;
/** Ids in the order of their names, so that a case need not think of times. */
const idsOf = (answer: { readonly events: Correlation['events'] }): string[] =>
  answer.events.map(({ event: { eventId } }) => eventId).toSorted();
const linksOf = ({ links }: Correlation): string[] =>
  links.map(
    (link) =>
      `${link.type} ${'key' in link ? `${link.key.type}:${link.key.value}` : link.service}: ${idsOf(link).join()}`,
  );

const placed = event('placed', { primary: { orderId: 'o1' } });
const added = event('added', { primary: { orderId: 'o1' }, secondary: { itemId: 'i1' } });
const picked = event('picked', { secondary: { itemId: 'i1' } });
const packed = event('packed', { secondary: { itemId: 'i1', packageId: 'p1' } });
const sent = event('sent', { secondary: { packageId: 'p1' } });
const other = event('other', { primary: { orderId: 'o2' }, secondary: { itemId: 'i2' } });
const otherPacked = event('otherPacked', { secondary: { itemId: 'i2', packageId: 'p1' } });

describe('an order', () => {
  const all = [placed, added, picked, packed, sent, other, otherPacked];

  test('is the events that name it or one of its items; a package is a link', async () => {
    const found = await read(all);
    expect(idsOf(found)).toEqual(['added', 'packed', 'picked', 'placed']);
    expect(linksOf(found)).toEqual(['package packageId:p1: otherPacked,packed,sent']);
    expect(found.truncated).toBe(false);
  });

  test('each event that a key brought says by which', async () => {
    const found = await read(all);
    const linkedBy = { kind: 'key', correlationId: group('itemId', 'i1'), type: 'itemId', value: 'i1' };
    const byId = new Map(found.events.map((one) => [one.event.eventId, one.linkedBy]));
    expect(byId.get('picked')).toEqual(linkedBy);
    expect(byId.get('packed')).toEqual(linkedBy);
    expect(byId.get('added')).toBeUndefined();
  });

  test('in JSON a link holds ids, not events', async () => {
    const { links } = JSON.parse(correlationJson(ORDER, await read(all))) as { links: unknown };
    expect(links).toEqual([
      {
        type: 'package',
        key: { type: 'packageId', value: 'p1' },
        correlationId: group('packageId', 'p1'),
        eventIds: expect.arrayContaining(['packed', 'otherPacked', 'sent']),
      },
    ]);
  });

  test('an event that only a trace brings carries its item all the same', async () => {
    const traced = event('traced', { trace: 't', secondary: { itemId: 'i1' } });
    expect(idsOf(await read([...all, traced]))).toContain('traced');
  });

  test('linked from a trace has what is carried there', async () => {
    const traced = event('traced', { trace: 't', primary: { orderId: 'o1' }, secondary: { itemId: 'i1' } });
    expect(idsOf(await read([traced, picked]))).toEqual(['picked', 'traced']);
  });
});

describe('whose a key is', () => {
  const cart = event('cart', { primary: { orderId: 'o1' }, secondary: { cartId: 'c1' } });
  const filled = event('filled', { secondary: { itemId: 'i9', cartId: 'c1' } });

  test.each<[string, readonly CanonicalEvent[], string[], string[]]>([
    ['nobody else names it: it is the order’s', [cart, filled], ['cart', 'filled'], []],
    [
      'another order names it: it is shared',
      [cart, event('theirs', { primary: { orderId: 'o2' }, secondary: { cartId: 'c1' } })],
      ['cart'],
      ['shared_key cartId:c1: cart,theirs'],
    ],
    [
      'another process names it, in a trace',
      [cart, event('theirs', { trace: 't', primary: { paymentId: 'p' }, secondary: { cartId: 'c1' } })],
      ['cart'],
      ['shared_key cartId:c1: cart,theirs'],
    ],
    [
      'a process that the order itself names',
      [
        cart,
        event('paid', { primary: { orderId: 'o1', paymentId: 'p' } }),
        event('ours', { primary: { paymentId: 'p' }, secondary: { cartId: 'c1' } }),
      ],
      ['cart', 'ours', 'paid'],
      [],
    ],
    [
      'a request owns nothing',
      [cart, event('asked', { primary: { requestId: 'r' }, secondary: { cartId: 'c1' } })],
      ['asked', 'cart'],
      [],
    ],
    [
      'what lies in it belongs to another order',
      [cart, filled, event('theirs', { primary: { orderId: 'o2' }, secondary: { itemId: 'i9' } })],
      ['cart'],
      ['shared_key cartId:c1: cart,filled'],
    ],
    [
      'a package, even of this order alone',
      [event('boxed', { primary: { orderId: 'o1' }, secondary: { packageId: 'p' } }), event('gone', { secondary: { packageId: 'p' } })],
      ['boxed'],
      ['package packageId:p: boxed,gone'],
    ],
    [
      'a key of the sender that makes no group',
      [event('own', { primary: { orderId: 'o1' }, secondary: { shop: '1' } }), event('theirs', { primary: { orderId: 'o2' }, secondary: { shop: '1' } })],
      ['own'],
      [],
    ],
    [
      'a secondary key of the tenant’s policy',
      [event('own', { primary: { orderId: 'o1' }, secondary: { seatNo: '7' } }), event('sold', { secondary: { seatNo: '7' } })],
      ['own', 'sold'],
      [],
    ],
    [
      'who did it is never a key',
      [event('own', { primary: { orderId: 'o1' }, secondary: { customerId: '7' } }), event('sold', { secondary: { customerId: '7' } })],
      ['own'],
      [],
    ],
  ])('%s', async (_, events, ids, links) => {
    const found = await read(events);
    expect(idsOf(found)).toEqual(ids);
    expect(linksOf(found)).toEqual(links);
  }); // prettier-ignore

  test('of an item asked for itself: the order that has it is a link', async () => {
    const found = await read([added, picked, packed], group('itemId', 'i1'));
    expect(idsOf(found)).toEqual(['packed', 'picked']);
    expect(linksOf(found)).toEqual(['shared_key itemId:i1: added,packed,picked', 'package packageId:p1: packed']);
  });
});

describe('a hub is named, not expanded', () => {
  const cart: BusinessKey = { type: 'cartId', value: 'c1' };
  const carrying = event('cart', { primary: { orderId: 'o1' }, secondary: { cartId: 'c1' } });
  const hub = { type: 'shared_key', key: cart, correlationId: group('cartId', 'c1'), hub: true, events: [] };

  test('where too many events carry it', async () => {
    const reader = { ...memoryReader([carrying]), countCarrying: async (...[, , limit]: [string, BusinessKey, number]) => limit }; // prettier-ignore
    expect((await readCorrelation(reader, 'acme', ORDER))!.links).toEqual([hub]);
  });

  test.each([
    [255, false],
    [257, true],
  ])('where %i other processes carry it: %s', async (count, isHub) => {
    const others = Array.from({ length: count }, (_, i) =>
      event(`e${i}`, { primary: { orderId: `x${i}` }, secondary: { cartId: 'c1' } }),
    );
    const { links } = await read([carrying, ...others]);
    expect(links).toHaveLength(1);
    if (isHub) expect(links).toEqual([hub]);
    else expect(links[0]!.events).toHaveLength(100);
  });
});

test('more keys than are followed: the answer says that it is cut', async () => {
  const items = Array.from({ length: 300 }, (_, i) =>
    event(`e${i}`, { primary: { orderId: 'o1' }, secondary: { itemId: `i${i}` } }),
  );
  expect((await read(items)).truncated).toBe(true);
  expect((await read(items.slice(0, 200))).truncated).toBe(false);
});

describe('same_session', () => {
  const mine = event('mine', { primary: { orderId: 'o1' }, session: 's' });
  const denied = event('denied', { session: 's', more: { category: 'security', outcome: 'denied' } });
  const browsed = event('browsed', { more: { actor: { id: 'u', type: 'user', sessionId: 's' } } });
  const system = event('system', { session: 's', more: { category: 'system' } });
  const elsewhere = event('elsewhere', { session: 's2', more: { category: 'security' } });

  test('is the business and security events of the session, beside those that are here', async () => {
    const found = await read([mine, denied, browsed, system, elsewhere]);
    expect(idsOf(found)).toEqual(['mine']);
    expect(linksOf(found)).toEqual(['same_session sessionId:s: browsed,denied']);
    expect(found.links[0]).toMatchObject({ correlationId: nameBasedId('acme', 'session', 's') });
  });

  test('is not there where nothing shares it', async () => {
    expect((await read([mine, system])).links).toEqual([]);
  });
});

describe('after_deployment', () => {
  const deployed = (minute: number, own: Partial<CanonicalEvent> = {}): CanonicalEvent =>
    event(`deployed-${minute}`, {
      primary: { deploymentId: 'd1' },
      more: {
        category: 'delivery',
        action: 'deploy_completed',
        timestamp: at(minute),
        service: { name: 'checkout' },
        deployment: { id: 'd1', environment: 'production', status: 'success' },
        ...own,
      },
    });
  const failing = (name: string, minute: number, own: Partial<CanonicalEvent> = {}): CanonicalEvent =>
    event(name, {
      primary: { orderId: name },
      more: {
        category: 'system',
        outcome: 'error',
        timestamp: at(minute),
        service: { name: 'checkout', environment: 'production' },
        ...own,
      },
    });
  const staging = { service: { name: 'checkout', environment: 'staging' } };
  const DEPLOYMENT = group('deploymentId', 'd1');

  test('is the errors and failed orders of the service and environment in the half hour after it', async () => {
    const found = await read(
      [
        deployed(10),
        failing('error', 10),
        failing('timeout', 39, { outcome: 'timeout' }),
        failing('order', 20, { category: 'business', action: 'order_failed', outcome: 'failure' }),
        failing('early', 9),
        failing('late', 40),
        failing('fine', 20, { outcome: 'success' }),
        failing('refused', 20, { outcome: 'failure' }),
        failing('elsewhere', 20, staging),
        failing('another', 20, { service: { name: 'search', environment: 'production' } }),
      ],
      DEPLOYMENT,
    );
    expect(idsOf(found)).toEqual(['deployed-10']);
    expect(linksOf(found)).toEqual(['after_deployment checkout: error,order,timeout']);
    expect(found.links[0]).toMatchObject({ deployEventId: 'deployed-10', environment: 'production' });
  });

  test.each<[string, CanonicalEvent, boolean]>([
    ['within half an hour', deployed(10), true],
    ['too long before', deployed(1), false],
    ['after it', deployed(33), false],
    ['somewhere else', deployed(10, { deployment: { id: 'd1', environment: 'staging', status: 'success' } }), false],
  ])('a group that failed names the deployment before it: %s', async (_, deployment, isNamed) => {
    const found = await read([deployment, failing('o1', 32)], ORDER);
    expect(linksOf(found)).toEqual(isNamed ? ['after_deployment checkout: o1'] : []);
  });
});
