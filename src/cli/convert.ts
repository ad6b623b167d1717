// `betalogs convert --from FORM FILE|-`: other formats to canonical events, as the configuration's processors make them.
import { once } from 'node:events';
import { resolve } from 'node:path';
import type { Clock } from '../event/time.ts';
import { createSystemClock } from '../runtime/clock.ts';
import { KeysError, loadPassingKeyRing } from '../runtime/keys.ts';
import type { Log, RawSlot } from '../sdk/index.ts';
import { outputForm, OUTPUT_NAMES, type OutputForm } from './convert/outputs.ts';
import { type Convert, createConverter, RECEIVER } from './convert/pipeline.ts';
import { tell, type Told } from './convert/tell.ts';
import { dataDirOf } from './data-dir.ts';
import { formOf } from './forms/forms.ts';
import { textsOf } from './forms/read-texts.ts';
import { InputError, openInput, UsageError } from './input.ts';
import { type CliIo, EXIT, type GlobalArgs } from './io.ts';
import { loadOrReport } from './load-config.ts';

export interface ConvertArgs extends GlobalArgs {
  /** A path, or `-` for the standard input. */
  readonly file: string;
  readonly from: string;
  /** Default `canonical`. */
  readonly to?: string | undefined;
  /** The type of every GitHub payload. */
  readonly event?: string | undefined;
}

/** The command's own edge; tests give theirs. */
export interface ConvertWorld {
  readonly clock: Clock;
  stdin(): AsyncIterable<Uint8Array>;
  writeBytes(bytes: Uint8Array): void;
  /** Resolves when what was written is on its way: a slow reader must not fill the memory. */
  drained(): Promise<void>;
}

const SYSTEM = (): ConvertWorld => ({
  clock: createSystemClock(),
  stdin: () => process.stdin,
  writeBytes: (bytes) => void process.stdout.write(bytes),
  drained: async () => {
    if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain');
  },
});

/** So many records go through the processors at once. */
const CHUNK = 64;

interface Job {
  readonly io: CliIo;
  readonly world: ConvertWorld;
  readonly convert: Convert;
  readonly output: OutputForm;
  readonly counts: Record<Told['kind'], number>;
}

export const convert = async (args: ConvertArgs, io: CliIo, world: ConvertWorld = SYSTEM()): Promise<number> => {
  try {
    return await convertAll(args, io, world);
  } catch (error) {
    if (error instanceof UsageError || error instanceof KeysError) return complain(io, error.message, EXIT.usage);
    if (error instanceof InputError) return complain(io, error.message, EXIT.failed);
    throw error;
  }
};

const complain = (io: CliIo, message: string, code: number): number => {
  io.stderr(`betalogs convert: ${message}\n`);
  return code;
};

const convertAll = async (args: ConvertArgs, io: CliIo, world: ConvertWorld): Promise<number> => {
  const form = formOf(args.from);
  const output = outputOf(args.to ?? 'canonical');
  const loaded = await loadOrReport(args, io);
  if (typeof loaded === 'number') return loaded;
  const log = plainLog(io);
  const keysFile = io.env['BETALOGS_KEYS_FILE'];
  const keys = await loadPassingKeyRing(keysFile === undefined ? undefined : resolve(io.cwd, keysFile), log);
  const parts = { config: loaded.config, clock: world.clock, keys, log, dataDir: dataDirOf(args, io) };
  const converter = createConverter(parts);
  if (converter === undefined) throw new UsageError('the configuration has no pipeline');
  const { chunks } = await openInput(args.file, io, world.stdin);
  const job: Job = {
    io,
    world,
    convert: converter,
    output,
    counts: { written: 0, refused: 0, ignored: 0, filtered: 0 },
  };
  for await (const { text, line, isWhole } of textsOf(chunks)) {
    const slots = form(text, { receiver: RECEIVER, receivedAt: world.clock.now(), event: args.event });
    await take(slots, isWhole && slots.length > 1 ? undefined : line, job);
  }
  if (io.interactive && !args.quiet) io.stderr(summaryOf(job.counts));
  return job.counts.refused === 0 ? EXIT.done : EXIT.failed;
};

const take = async (slots: readonly RawSlot[], line: number | undefined, job: Job): Promise<void> => {
  const { io, world, output, counts } = job;
  for (let start = 0; start < slots.length; start += CHUNK) {
    const chunk = slots.slice(start, start + CHUNK);
    const { outcomes, lines } = await job.convert(chunk);
    write(lines === '' ? '' : output(lines), io, world);
    for (const [i, outcome] of outcomes.entries()) {
      const told = tell(line ?? start + i + 1, chunk[i]!, outcome);
      counts[told.kind]++;
      if (told.text !== '') io.stderr(told.text);
    }
    await world.drained();
  }
};

const write = (written: string | Uint8Array, io: CliIo, world: ConvertWorld): void => {
  if (typeof written !== 'string') world.writeBytes(written);
  else if (written !== '') io.stdout(written);
};

const outputOf = (name: string): OutputForm => {
  const output = outputForm(name);
  if (output !== undefined) return output;
  throw new UsageError(`--to: expected one of ${OUTPUT_NAMES.join(', ')}`);
};

/** No line of it may look like a refusal. */
const plainLog = (io: CliIo): Log => {
  const say = (message: string): void => io.stderr(`betalogs convert: ${message}\n`);
  return { info: () => {}, warn: say, error: say };
};

const NUMBER = new Intl.NumberFormat('en-US');
const summaryOf = (counts: Job['counts']): string => {
  const parts = Object.entries(counts).filter(([kind, count]) => count > 0 || kind === 'written');
  return `${parts.map(([kind, count]) => `${NUMBER.format(count)} ${kind}`).join(', ')}\n`;
};
