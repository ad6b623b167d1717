// The process by the names that Prometheus clients give these figures.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Meter } from '@opentelemetry/api';

const NANOS = 1e9;
const MICROS = 1e6;

/** What is returned ends the watch over the event loop. */
export const observeProcess = (meter: Meter): (() => void) => {
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  const gauge = (name: string, description: string, read: () => number): void =>
    meter.createObservableGauge(name, { description }).addCallback((result) => result.observe(read()));
  const startedSeconds = Math.round((performance.timeOrigin / 1000) * 1000) / 1000;

  meter
    .createObservableCounter('process_cpu_seconds_total', { description: 'User and system CPU time.' })
    .addCallback((result) => {
      const { user, system } = process.cpuUsage();
      result.observe((user + system) / MICROS);
    });
  gauge('process_start_time_seconds', 'Start of the process since 1970.', () => startedSeconds);
  gauge('process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss());
  gauge('nodejs_heap_size_total_bytes', 'Heap that V8 holds.', () => process.memoryUsage().heapTotal);
  gauge('nodejs_heap_size_used_bytes', 'Heap in use.', () => process.memoryUsage().heapUsed);
  gauge('nodejs_external_memory_bytes', 'Memory of buffers and other objects outside the heap.', () => {
    const { external } = process.memoryUsage();
    return external;
  });
  gauge(
    'nodejs_eventloop_lag_p99_seconds',
    'Delay of the event loop since the start.',
    () => delay.percentile(99) / NANOS,
  );
  gauge(
    'nodejs_eventloop_lag_max_seconds',
    'Longest delay of the event loop since the start.',
    () => delay.max / NANOS,
  );
  return () => delay.disable();
};
