// What the shop does when somebody buys: it says so, asks for the money, keeps the order, or says why not.
import { logs, SeverityNumber } from '@opentelemetry/api';
import type { Activity } from './activity.ts';
import { preciseNow } from './now.ts';
import { DatabaseError, type Order, type Orders } from './orders.ts';
import type { Payments } from './payments.ts';

export interface Purchase {
  readonly orderId: string;
  readonly customerId: string;
  readonly total: number;
  readonly bank: string;
}

export type Checkout =
  | { readonly state: Order['state'] }
  | { readonly state: 'failed'; readonly reason: string; readonly status: 409 | 503 };

export interface CheckoutParts {
  readonly activity: Activity;
  readonly payments: Payments;
  readonly orders: Orders;
}

const logger = logs.getLogger('shop');

export const checkOut = async (parts: CheckoutParts, purchase: Purchase): Promise<Checkout> => {
  const { orderId, customerId, total } = purchase;
  note('shop.buy.clicked', purchase, SeverityNumber.INFO);
  await parts.activity.record({ action: 'checkout_started', customerId, orderId, data: { total } });
  const state = await pay(parts, purchase);
  try {
    await parts.orders.insert({ id: orderId, customerId, total, state });
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return giveUp(parts, purchase, error);
  }
  note('shop.order.kept', purchase, SeverityNumber.INFO);
  return { state };
};

/** A provider that is silent is no reason to lose an order: it is kept, and paid later. */
const pay = async ({ payments, activity }: CheckoutParts, purchase: Purchase): Promise<Order['state']> => {
  const { orderId, customerId, total, bank } = purchase;
  try {
    const authorization = await payments.authorize({ orderId, amount: total, bank });
    await activity.record({ action: 'payment_authorized', customerId, orderId, data: { authorization, total } });
    return 'paid';
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'TimeoutError') throw error;
    note('shop.payment.postponed', purchase, SeverityNumber.WARN);
    return 'awaiting_payment';
  }
};

const giveUp = async (
  { activity }: CheckoutParts,
  { orderId, customerId, total }: Purchase,
  error: DatabaseError,
): Promise<Checkout> => {
  const isDouble = error.sqliteName === 'SQLITE_CONSTRAINT';
  const reason = isDouble ? 'the order exists' : 'the order could not be kept';
  await activity.record({
    action: 'order_failed',
    customerId,
    orderId,
    outcomeReason: reason,
    outcomeCode: error.sqliteName,
    data: { total },
  });
  return { state: 'failed', reason, status: isDouble ? 409 : 503 };
};

/** An OTLP log event; the SDK puts the active span's ids on it. */
const note = (eventName: string, { orderId, customerId }: Purchase, severityNumber: SeverityNumber): void =>
  logger.emit({
    eventName,
    timestamp: preciseNow(),
    severityNumber,
    attributes: { 'user.id': customerId, 'object.type': 'order', 'object.id': orderId, orderId },
  });
