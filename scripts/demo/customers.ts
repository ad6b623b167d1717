// What the shop's customers do; each click begins a trace in the browser.
import { randomBytes } from 'node:crypto';

interface Purchase {
  readonly orderId: string;
  readonly customerId: string;
  readonly total: number;
  readonly bank: string;
}

export interface Click {
  readonly orderId: string;
  /** 32 hex digits. */
  readonly traceId: string;
  readonly status: number;
}

/** What an order that is paid leaves, each once. */
export const SOLD_STORY = [
  'checkout_started',
  'payment_authorized',
  'request_received',
  'x.shop.buy.clicked',
  'x.shop.order.kept',
];
/** What the order leaves whose payment is postponed and whose database is locked. */
export const FAILED_STORY = [
  'checkout_started',
  'db_error',
  'downstream_timeout',
  'order_failed',
  'request_received',
  'x.shop.buy.clicked',
  'x.shop.payment.postponed',
];

/** Several orders that are paid, and one in the middle of a stock take, with a bank that says nothing. */
export const shopForAWhile = async (
  shop: string,
): Promise<{ readonly sold: readonly Click[]; readonly failed: Click }> => {
  const sold: Click[] = [];
  for (const [i, total] of [59.9, 12.5, 240].entries()) {
    sold.push(await buy(shop, { orderId: `o-100${i + 1}`, customerId: `u-4${i}`, total, bank: 'good-bank' }));
  }
  await stockTake(shop, 'PUT');
  const failed = await buy(shop, { orderId: 'o-1004', customerId: 'u-77', total: 89.95, bank: 'slow-bank' });
  await stockTake(shop, 'DELETE');
  return { sold, failed };
};

const buy = async (shop: string, purchase: Purchase): Promise<Click> => {
  const traceId = randomBytes(16).toString('hex');
  const answer = await fetch(`http://${shop}/checkout`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01`,
    },
    body: JSON.stringify(purchase),
  });
  await answer.arrayBuffer();
  return { orderId: purchase.orderId, traceId, status: answer.status };
};

const stockTake = async (shop: string, method: 'PUT' | 'DELETE'): Promise<void> => {
  await (await fetch(`http://${shop}/stock-take`, { method })).arrayBuffer();
};
