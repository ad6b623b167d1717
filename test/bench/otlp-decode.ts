// What it costs to turn an OTLP request into raw events: node test/bench/otlp-decode.ts [logs|traces] [protobuf|json]
import { decode, type Encoding } from '../../plugins/receivers/otlp/decode.ts';
import type { Signal } from '../../plugins/receivers/otlp/request.ts';
import { toSlots } from '../../plugins/receivers/otlp/to-slots.ts';
import { isProblem } from '../../src/sdk/index.ts';
import { sampleRequest } from './otlp-sample.ts';

const RECORDS = 512;
const ROUNDS = 400;
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

const measure = (name: string, run: () => number): void => {
  for (let i = 0; i < ROUNDS / 4; i++) run();
  const before = process.cpuUsage();
  let sum = 0;
  for (let i = 0; i < ROUNDS; i++) sum += run();
  const { user, system } = process.cpuUsage(before);
  const each = (user + system) / (ROUNDS * RECORDS);
  console.log(
    `${signal} ${encoding} ${name}: ${each.toFixed(2)} us CPU a record (${Math.round(bytes.length / RECORDS)} B, ${sum})`,
  );
};

measure('decode', decodeOnly);
measure('decode and map', whole);
