// `npm run demo`: an hour of a shop in seconds, and one order's story out of it.
import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FAILED_STORY, shopForAWhile, SOLD_STORY } from './demo/customers.ts';
import { operationsOf, sendOperations } from './demo/operations.ts';
import { readingArgs, startCollector, startShop } from './demo/programs.ts';
import { allOf, traceOf } from './demo/stored.ts';

const STORED_WITHIN_MS = 30_000;
const CATEGORIES = ['business', 'system', 'delivery', 'security'] as const;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const folder = await mkdtemp(join(tmpdir(), 'betalogs-demo-'));
const collector = await startCollector(folder);
const { endpoints } = collector.ready;
say(`The collector listens: native API ${endpoints.http}, OTLP ${endpoints['otlp/http']}, queries ${endpoints.query}`);

const shop = await startShop(folder, endpoints);
say(`The shop is open at ${shop.ready.shop}, instrumented with the OpenTelemetry SDK.`);
const operations = operationsOf(new Date());
await sendOperations(endpoints.http, operations);
say(`A deployment, a rollback, and somebody who guesses passwords: ${operations.length} events.`);
const { sold, failed } = await shopForAWhile(shop.ready.shop);
say(`${sold.length} orders were sold. Order ${failed.orderId} failed with ${failed.status}.`);
await shop.stop();

await traceOf(endpoints.query, failed.traceId, FAILED_STORY, STORED_WITHIN_MS);
const count = operations.length + sold.length * SOLD_STORY.length + FAILED_STORY.length;
const events = await allOf(endpoints.query, count, STORED_WITHIN_MS);
const counts = CATEGORIES.map((name) => `${events.filter(({ category }) => category === name).length} ${name}`);
say(`Stored: ${events.length} events (${counts.join(', ')}).\n`);

const run = promisify(execFile);
const { stdout } = await run(process.execPath, readingArgs(folder, 'trace', failed.traceId), {
  env: { ...process.env },
});
say(`What happened to order ${failed.orderId}:\n\n${stdout}`);
const exitCode = await collector.stop();

const data = join(folder, 'data');
say(`Look on:
  npx betalogs query --object order:${failed.orderId} --config config/default.yaml --data-dir ${data}
  npx betalogs query --category security --config config/default.yaml --data-dir ${data}
  find ${join(data, 'archive')} -type f      the archive: what was stored, as compressed NDJSON
  examples/shop      how the shop is instrumented`);
process.exitCode = exitCode;
