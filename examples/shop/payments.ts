// The client of the payment provider, with the client span and the headers that an instrumentation would add.
import { context, propagation, SpanKind } from '@opentelemetry/api';
import { inSpan } from './spans.ts';

export interface Payment {
  readonly orderId: string;
  readonly amount: number;
  /** Which bank the customer's card is of; the provider of this example is silent for one of them. */
  readonly bank: string;
}

export interface Payments {
  /** Resolves with the authorization's id; rejects with a TimeoutError where the provider says nothing. */
  authorize(payment: Payment): Promise<string>;
}

const TIMEOUT_MS = 250;

export const createPayments = (address: string): Payments => {
  const url = new URL(`http://${address}/authorizations`);
  const attributes = {
    'http.request.method': 'POST',
    'url.full': url.href,
    'server.address': url.hostname,
    'server.port': Number(url.port),
    'peer.service': 'payment-provider',
  };
  return {
    authorize: (payment) =>
      inSpan({ name: 'POST', kind: SpanKind.CLIENT, attributes }, async (span) => {
        const headers: Record<string, string> = { 'content-type': 'application/json' };
        propagation.inject(context.active(), headers);
        const answer = await fetch(url, {
          method: 'POST',
          headers,
          body: JSON.stringify(payment),
          signal: AbortSignal.timeout(TIMEOUT_MS),
        });
        span.setAttribute('http.response.status_code', answer.status);
        if (!answer.ok) throw new Error(`the payment provider answered ${answer.status}`);
        return ((await answer.json()) as { id: string }).id;
      }),
  };
};
