// What it costs to turn an OTLP request into raw events: node test/bench/otlp-decode.ts [logs|traces] [protobuf|json]
import { decode, type Encoding } from '../../src/mapping/otlp/decode/decode.ts';
import type { Signal } from '../../src/mapping/otlp/decode/request.ts';
import { toSlots } from '../../src/mapping/otlp/to-slots.ts';
import { isProblem } from '../../src/sdk/index.ts';
import { sampleRequest } from './otlp-sample.ts';

const RECORDS = 512;
const CHUNKS = 25;
const ROUNDS_A_CHUNK = 20;
const [signal = 'logs', encoding = 'protobuf'] = process.argv.slice(2) as [Signal?, Encoding?];

const bytes = sampleRequest(signal, encoding, RECORDS);
const origin = {
  tenant: 'default',
  source: { kind: 'otlp' as const, receiver: 'otlp' },
  receivedAt: { seconds: 1_795_000_000, nanos: 0 },
  keepAllSpans: true,
};

const decodeOnly = (): number => {
  const request = decode(signal, encoding, bytes);
  return isProblem(request) ? 0 : request.groups.length;
};
const whole = (): number => {
  const request = decode(signal, encoding, bytes);
  return isProblem(request) ? 0 : toSlots(request, bytes, origin).length;
};

const chunkCpu = (run: () => number): number => {
  const before = process.cpuUsage();
  for (let i = 0; i < ROUNDS_A_CHUNK; i++) run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / (ROUNDS_A_CHUNK * RECORDS);
};

/** The median is what it costs; the least is what it costs where nothing else runs. */
const measure = (name: string, run: () => number): void => {
  chunkCpu(run);
  const costs = Array.from({ length: CHUNKS }, () => chunkCpu(run)).toSorted((a, b) => a - b);
  const [least = 0, median = 0] = [costs[0], costs[CHUNKS >> 1]];
  const size = Math.round(bytes.length / RECORDS);
  console.log(
    `${signal} ${encoding} ${name}: ${median.toFixed(2)} us CPU a record (least ${least.toFixed(2)}), ${size} B each`,
  );
};

measure('decode', decodeOnly);
measure('decode and map', whole);
