// The shop's business events, over the collector's native API: an answer of success means that the event is on disk.
import { context, propagation, trace } from '@opentelemetry/api';
import { setTimeout as delay } from 'node:timers/promises';
import { preciseNow, toInstant } from './now.ts';

export interface BusinessEvent {
  readonly action: 'checkout_started' | 'payment_authorized' | 'order_failed';
  readonly customerId: string;
  readonly orderId: string;
  readonly outcomeReason?: string;
  /** The source's own code, e.g. the database's. */
  readonly outcomeCode?: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

export interface Activity {
  /** Resolves when the collector has it on disk; rejects when it refuses the event, or is away for too long. */
  record(event: BusinessEvent): Promise<void>;
}

export interface ActivityOptions {
  /** The collector's native API, e.g. `http://127.0.0.1:4319`. */
  readonly url: string;
  readonly service: { readonly name: string; readonly version: string; readonly environment: string };
}

const ATTEMPTS = 5;
const FIRST_DELAY_MS = 100;
/** Busy, or away for the moment. */
const COME_AGAIN = new Set([429, 502, 503, 504]);

export const createActivity = ({ url, service }: ActivityOptions): Activity => ({
  record: async (event) => {
    const body = JSON.stringify({ ...toNative(event), service, timestamp: toInstant(preciseNow()) });
    for (let attempt = 1; ; attempt++) {
      const refusal = await post(url, body, identityOf(event));
      if (refusal === undefined) return;
      if (!refusal.again || attempt === ATTEMPTS)
        throw new Error(`${event.action} was not recorded: ${refusal.reason}`);
      await delay(FIRST_DELAY_MS * 2 ** attempt);
    }
  },
});

/** The active span's context goes with the event, so that it is found in the trace. */
const toNative = ({ action, customerId, orderId, outcomeReason, outcomeCode, data }: BusinessEvent): object => ({
  category: 'business',
  action,
  actor: { id: customerId, type: 'app_user' },
  object: { type: 'order', id: orderId },
  correlation: { ...traceContext(), businessKeys: { orderId } },
  ...(outcomeReason === undefined ? {} : { outcomeReason }),
  ...(outcomeCode === undefined ? {} : { outcomeCode }),
  data: { orderId, ...data },
});

const traceContext = (): Record<string, string> => {
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  return carrier;
};

/** The same for every attempt to send this event, so that a retry is no second event. */
const identityOf = ({ action, orderId }: BusinessEvent): string => {
  const { traceId, spanId } = trace.getActiveSpan()?.spanContext() ?? {};
  return [action, orderId, traceId, spanId].join('/');
};

interface Refusal {
  readonly again: boolean;
  readonly reason: string;
}

const post = async (url: string, body: string, identity: string): Promise<Refusal | undefined> => {
  try {
    const answer = await fetch(`${url}/v1/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': identity },
      body,
      signal: AbortSignal.timeout(5000),
    });
    const text = await answer.text();
    return answer.ok ? undefined : { again: COME_AGAIN.has(answer.status), reason: `${answer.status} ${text}` };
  } catch (error) {
    return { again: true, reason: String(error) };
  }
};
