// A small shop that is instrumented with the OpenTelemetry SDK and sends its business events to the collector.
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createActivity } from './activity.ts';
import { openOrders } from './orders.ts';
import { createPaymentProvider } from './payment-provider.ts';
import { createPayments } from './payments.ts';
import { createStorefront } from './storefront.ts';
import { startTelemetry } from './telemetry.ts';

const env = process.env;
const service = { name: 'storefront', version: '1.4.2', environment: env['SHOP_ENVIRONMENT'] ?? 'demo' };
// OTLP and the native API tell the same service.
env['OTEL_NODE_RESOURCE_DETECTORS'] ??= 'env';
env['OTEL_RESOURCE_ATTRIBUTES'] ??=
  `service.version=${service.version},deployment.environment.name=${service.environment}`;
env['OTEL_EXPORTER_OTLP_ENDPOINT'] ??= 'http://127.0.0.1:4318';
const telemetry = startTelemetry(service.name, Number(env['OTEL_BLRP_SCHEDULE_DELAY'] ?? 1000));

const listen = async (server: Server, port: number): Promise<string> => {
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const provider = createPaymentProvider();
const orders = openOrders(env['SHOP_DATABASE'] ?? 'shop.db');
const storefront = createStorefront({
  activity: createActivity({ url: env['BETALOGS_URL'] ?? 'http://127.0.0.1:4319', service }),
  payments: createPayments(await listen(provider, 0)),
  orders,
});
const shop = await listen(storefront, Number(env['SHOP_PORT'] ?? 8080));
console.log(JSON.stringify({ ready: true, shop }));

const stop = async (): Promise<void> => {
  provider.closeAllConnections();
  provider.close();
  await new Promise((resolve) => storefront.close(resolve));
  orders.close();
  await telemetry.shutdown();
};
process.once('SIGTERM', () => void stop());
process.once('SIGINT', () => void stop());
