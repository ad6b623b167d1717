// `betalogs send FILE|-`: posts events to a running collector and tells what became of each.
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSystemClock } from '../runtime/clock.ts';
import { type FormOptions, formOf } from './forms/forms.ts';
import { type CliIo, EXIT, type GlobalArgs } from './io.ts';
import { InputError, openInput, UsageError } from './input.ts';
import { type Batch, linesOf, toBatches } from './send/batches.ts';
import { mappedLines } from './send/mapped-lines.ts';
import { postBatch, type PostWorld, type Target } from './send/post.ts';
import { createBar, type Progress, silent } from './send/progress.ts';
import { count, emptyTally, firstByLine, rejectionLines, summaryOf, type Tally } from './send/tally.ts';

export interface SendArgs extends Pick<GlobalArgs, 'json' | 'quiet'> {
  /** A path, or `-` for the standard input. */
  readonly file: string;
  /** The form of the input; default `native`. */
  readonly from?: string | undefined;
  /** The type of every GitHub payload. */
  readonly event?: string | undefined;
  /** The collector; default `http://127.0.0.1:4319`. */
  readonly to?: string | undefined;
  /** A file that holds the API key; else BETALOGS_API_KEY. */
  readonly apiKeyFile?: string | undefined;
  /** Events a request, 1 to 1,000; default 500. */
  readonly batch?: number | undefined;
}

/** The command's own edge; tests give theirs. */
export interface SendWorld extends PostWorld {
  stdin(): AsyncIterable<Uint8Array>;
  progress(totalBytes: number): Progress;
  nowMs(): number;
}

const DEFAULT_URL = 'http://127.0.0.1:4319';
const DEFAULT_BATCH = 500;
const LARGEST_BATCH = 1000;
const CONCURRENCY = 2;

const SYSTEM: SendWorld = {
  fetch: (url, request) => fetch(url, request),
  sleep: (ms) => sleep(ms),
  random: Math.random,
  stdin: () => process.stdin,
  progress: (totalBytes) => createBar(process.stderr, totalBytes),
  nowMs: () => performance.now(),
};

export const send = async (args: SendArgs, io: CliIo, world: SendWorld = SYSTEM): Promise<number> => {
  try {
    return await sendAll(args, io, world);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    io.stderr(`betalogs send: ${error.message}\n`);
    return EXIT.usage;
  }
};

const sendAll = async (args: SendArgs, io: CliIo, world: SendWorld): Promise<number> => {
  const size = batchSize(args);
  const target = await targetOf(args, io);
  const form = args.from === undefined || args.from === 'native' ? undefined : formOf(args.from);
  const input = await openInput(args.file, io, world.stdin);
  const started = world.nowMs();
  const progress = io.interactive && !args.json && !args.quiet ? world.progress(input.bytes) : silent;
  try {
    const tally = emptyTally();
    const events =
      form === undefined ? linesOf(input.chunks) : mappedLines(input.chunks, form, formOptions(args), tally);
    await deliver(toBatches(events, size), target, world, progress, tally);
    progress.stop();
    report(tally, (world.nowMs() - started) / 1000, args, io);
    return tally.rejected + tally.undelivered === 0 && tally.failure === undefined ? EXIT.done : EXIT.failed;
  } finally {
    progress.stop();
  }
};

const formOptions = ({ event }: SendArgs): FormOptions => ({
  receiver: 'send',
  receivedAt: createSystemClock().now(),
  event,
});

const batchSize = ({ batch = DEFAULT_BATCH }: SendArgs): number => {
  if (Number.isInteger(batch) && batch >= 1 && batch <= LARGEST_BATCH) return batch;
  throw new UsageError(`--batch: expected a number from 1 to ${LARGEST_BATCH}`);
};

const targetOf = async (args: SendArgs, io: CliIo): Promise<Target> => {
  const base = URL.parse(args.to ?? DEFAULT_URL);
  if (base === null || !/^https?:$/.test(base.protocol)) {
    throw new UsageError(`--to: expected a URL, e.g. ${DEFAULT_URL}`);
  }
  const apiKey = await readApiKey(args, io);
  const url = new URL(`${base.pathname.replace(/\/$/, '')}/v1/events/batch`, base);
  return { url: url.href, apiKey, run: randomUUID() };
};

const readApiKey = async ({ apiKeyFile }: SendArgs, io: CliIo): Promise<string | undefined> => {
  const text = apiKeyFile === undefined ? io.env['BETALOGS_API_KEY'] : await readKeyFile(resolve(io.cwd, apiKeyFile));
  const key = text?.trim();
  if (key === undefined || key === '') return undefined;
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw new UsageError('the API key holds characters that no key has');
};

const readKeyFile = async (path: string): Promise<string> => {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageError(`--api-key-file: ${path}: ${(error as NodeJS.ErrnoException).code}`, { cause: error });
  }
};

/** Posts the batches, a few at a time; after what would fail every other one too, no more are begun. */
const deliver = async (
  batches: AsyncGenerator<Batch>,
  target: Target,
  world: PostWorld,
  progress: Progress,
  tally: Tally,
): Promise<void> => {
  let isStopped = false;
  const worker = async (): Promise<void> => {
    for (let next = await batches.next(); !next.done && !isStopped; next = await batches.next()) {
      const result = await postBatch(next.value, target, world);
      count(tally, next.value, result);
      progress.advance(next.value.bytes, next.value.lines.length);
      if (result.kind === 'undelivered' || (result.kind === 'refused' && result.final)) {
        isStopped = true;
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: CONCURRENCY }, worker));
  await batches.return(undefined);
  for (const end of ends) {
    if (end.status === 'fulfilled') continue;
    if (!(end.reason instanceof InputError)) throw end.reason;
    tally.failure ??= end.reason.message;
  }
};

const report = (tally: Tally, seconds: number, { json }: SendArgs, io: CliIo): void => {
  if (json) {
    const rejections = firstByLine(tally.rejections);
    io.stdout(`${JSON.stringify({ ...tally, rejections, seconds: Number(seconds.toFixed(3)) })}\n`);
    return;
  }
  io.stderr(rejectionLines(tally));
  if (tally.failure !== undefined) io.stderr(`betalogs send: ${tally.failure}; the rest was not sent\n`);
  io.stdout(summaryOf(tally, seconds));
};
