// Native events of about 860 bytes, as a shop sends them.
import { seeded, type Seeded } from './seeded.ts';

/** `count` events, each with its own id and order, the same for the same seed. */
export const nativeEvents = (count: number, startMs: number): string[] => {
  const random = seeded(11);
  return Array.from({ length: count }, (_, i) => JSON.stringify(event(random, startMs, i)));
};

const event = (random: Seeded, startMs: number, i: number) => ({
  category: 'business',
  action: random.pick(['checkout_started', 'payment_authorized', 'order_failed']),
  timestamp: new Date(startMs + random.below(1000)).toISOString(),
  actor: { id: `u-${random.below(50_000)}`, type: 'app_user', sessionId: random.hex(16) },
  object: { type: 'order', id: `o-${100_000 + i}` },
  service: { name: 'checkout', version: '4.12.0', environment: 'production' },
  correlation: { traceId: random.hex(32), spanId: random.hex(16) },
  data: {
    orderId: `o-${100_000 + i}`,
    cart: {
      currency: 'EUR',
      total: random.below(100_000) / 100,
      items: Array.from({ length: 4 }, () => ({
        sku: `SKU-${random.below(100_000)}`,
        quantity: 1 + random.below(3),
        price: random.below(10_000) / 100,
        name: random.pick(['Espresso cup, white', 'Filter paper no. 4', 'Burr grinder, steel', 'Kettle, gooseneck']),
      })),
    },
    shipping: { method: 'standard', country: 'DE', days: 1 + random.below(5) },
  },
  attributes: { channel: 'web', campaign: 'autumn', 'feature.checkout_v2': true, 'client.version': '12.4.1' },
});
