// What NATS costs this process: µs of CPU an event, to publish and to receive, by how many events a message holds.
// node test/bench/nats.ts
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from 'nats';
import { hash } from 'node:crypto';
import exporterPlugin from '../../plugins/exporters/nats/plugin.ts';
import receiverPlugin from '../../plugins/receivers/nats/plugin.ts';
import { createSystemClock } from '../../src/runtime/clock.ts';
import type { StoredBatch } from '../../src/sdk/index.ts';
import { componentContext, exampleEvents, fakeIntake, storedBatch } from '../../src/testkit/index.ts';
import { startNats } from '../support/servers/nats.ts';

const EVENTS = 5000;
const ROUNDS = 20;
const signal = new AbortController().signal;
const micros = (since: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since);
  return user + system;
};

const batchOf = (round: number): StoredBatch =>
  storedBatch(
    exampleEvents(EVENTS, (i) => ({
      eventId: `019ab000-0000-7000-8000-${String(round * EVENTS + i).padStart(12, '0')}`,
      // Zeros alone would look like a number that needs exact digits.
      integrity: { contentHash: `sha256:${hash('sha256', String(i))}`, rawSize: 300 },
      data: { orderId: `o-${i}`, total: 59.9, note: 'x'.repeat(150) },
    })),
  );

const server = await startNats();
const connection = await connect({ servers: server.url });
const manager = await jetstreamManager(connection);
const context = {
  ...componentContext({ id: 'nats', clock: createSystemClock() }),
  listen: () => Promise.reject(new Error()),
};
const base = { url: server.url, create_stream: { subjects: ['events.>'] } };

for (const max_batch_bytes of ['512KiB', '16KiB', '1KiB']) {
  const exporter = exporterPlugin.create(exporterPlugin.config.parse({ ...base, max_batch_bytes }), context);
  await exporter.start?.();
  const batches = Array.from({ length: ROUNDS }, (_, round) => batchOf(round));
  for (const batch of batches) void batch.index;
  let started = process.cpuUsage();
  for (const batch of batches) await exporter.export(batch, signal);
  const sent = micros(started) / EVENTS / ROUNDS;
  await exporter.stop();

  const { messages } = (await manager.streams.info('betalogs')).state;
  const intake = fakeIntake();
  const taken = (): number => intake.emits.reduce((sum, { slots }) => sum + slots.length, 0);
  const receiver = receiverPlugin.create(
    receiverPlugin.config.parse({ ...base, canonical: true, batch: 1000 }),
    context,
  );
  started = process.cpuUsage();
  await receiver.start(intake);
  while (taken() < EVENTS * ROUNDS) await new Promise((resolve) => setTimeout(resolve, 20));
  const received = micros(started) / EVENTS / ROUNDS;
  await receiver.stop(signal);
  await manager.streams.delete('betalogs');
  const perMessage = Math.round((EVENTS * ROUNDS) / messages);
  console.log(`${perMessage} events a message: publish ${sent.toFixed(2)}, receive ${received.toFixed(2)} µs an event`);
}
await connection.close();
await server.stop();
