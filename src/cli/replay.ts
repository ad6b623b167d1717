// `betalogs replay`: from the archive into a store, past processors, journal and archive; the bytes as they are.
import { batchOfLines, type ArchivedLine } from '../archive/lines.ts';
import type { Finding } from '../archive/finding.ts';
import { readEvents, type ObjectEvents } from '../archive/read-events.ts';
import { createSystemClock } from '../runtime/clock.ts';
import { loadKeyRing } from '../runtime/keys.ts';
import { createLog } from '../runtime/log.ts';
import type { CheckedConfig } from '../config/checked-config.ts';
import type { Clock } from '../event/time.ts';
import type { BatchDefaults, ComponentContext, Exporter, Log } from '../sdk/index.ts';
import { withArchive } from './archive.ts';
import { deliver, type DeliverOptions, type Refusal } from './archive/deliver.ts';
import { createFindings } from './archive/findings.ts';
import { UsageError } from './archive/open-archive.ts';
import { createPace } from './archive/pace.ts';
import { parseReading, type ReadingArgs } from './archive/reading-args.ts';
import { createTicker } from './archive/ticker.ts';
import { dataDirOf } from './data-dir.ts';
import { EXIT, type CliIo } from './io.ts';
import { loadOrReport } from './load-config.ts';

export interface ReplayArgs extends ReadingArgs {
  /** The exporter that is given the events. */
  readonly to?: string | undefined;
  /** Counts and proves, delivers nothing. */
  readonly dryRun: boolean;
  /** Events a second. */
  readonly rate?: number | undefined;
}

type ReplayIo = CliIo & { readonly stop: AbortSignal };

interface Target {
  readonly exporter: Exporter;
  readonly batch: BatchDefaults;
  readonly retry: DeliverOptions['retry'];
  readonly timeoutMs: number;
}

interface ReplayCounts {
  objects: number;
  events: number;
  /** Repeated submissions of a sender, collapsed. */
  repeated: number;
  delivered: number;
  refused: number;
}

export const replay = (args: ReplayArgs, io: ReplayIo): Promise<number> =>
  withArchive('replay', args, io, async (store) => {
    if (args.rate === 0) throw new UsageError('--rate: expected at least one event a second');
    const clock = createSystemClock();
    const findings = createFindings(io, args.json);
    const reading = { ...(await parseReading(args, io, clock.now())), store, found: findings.found };
    const target = args.to === undefined && args.dryRun ? undefined : await openTarget(args, io);
    if (typeof target === 'number') return target;
    const run: Run = { args, io, clock, log: createLog('info'), counts: noCounts(), refusals: [] };
    if (target === undefined || args.dryRun) await count(run, readEvents(reading));
    else await deliverAll(run, target, readEvents(reading));
    report(run, findings.all);
    if (findings.all.length > 0) return EXIT.damaged;
    return run.refusals.length > 0 ? EXIT.failed : EXIT.done;
  });

interface Run {
  readonly args: ReplayArgs;
  readonly io: ReplayIo;
  readonly clock: Clock;
  readonly log: Log;
  readonly counts: ReplayCounts;
  readonly refusals: Refusal[];
}

const noCounts = (): ReplayCounts => ({ objects: 0, events: 0, repeated: 0, delivered: 0, refused: 0 });

/** Counts what is read, shows it, and gives it on. */
async function* counted({ args, io, counts }: Run, read: AsyncIterable<ObjectEvents>): AsyncGenerator<ObjectEvents> {
  const ticker = createTicker(io, args);
  try {
    for await (const object of read) {
      io.stop.throwIfAborted();
      counts.objects++;
      counts.events += object.lines.length;
      counts.repeated += object.repeated;
      yield object;
      ticker.tick(`${counts.objects} objects, ${counts.events} events, ${counts.delivered} delivered`);
    }
  } finally {
    ticker.stop();
  }
}

const count = async (run: Run, read: AsyncIterable<ObjectEvents>): Promise<void> => {
  for await (const _ of counted(run, read));
};

const deliverAll = async (run: Run, target: Target, read: AsyncIterable<ObjectEvents>): Promise<void> => {
  const { args, io, clock, log, counts, refusals } = run;
  const { tenant = null, since = null, until = null, to = null } = args;
  const pace = createPace(args.rate, clock, io.stop);
  const onTrouble = (reason: string): void => log.warn('the store does not take events', { exporter: to, reason });
  const options = { ...target, clock, random: Math.random, onTrouble, signal: io.stop };
  log.info('replay begins', { to, tenant, since, until });
  try {
    await target.exporter.start?.();
    for await (const { lines } of counted(run, read)) {
      for (const part of inBatches(lines, target.batch)) {
        const refused = await deliver(options, batchOfLines(part));
        refusals.push(...refused);
        counts.refused += refused.length;
        counts.delivered += part.length - refused.length;
        await pace(part.length);
      }
    }
  } finally {
    await target.exporter.stop();
    log.info('replay ends', { to, tenant, since, until, ...counts });
  }
};

const report = ({ args, io, counts, refusals }: Run, findings: readonly Finding[]): void => {
  if (args.json) {
    const { dryRun, to } = args;
    io.stdout(`${JSON.stringify({ ok: findings.length === 0, dryRun, to, ...counts, refusals, findings })}\n`);
    return;
  }
  for (const { eventId, code } of refusals) io.stderr(`${eventId}: refused by the store [${code}]\n`);
  if (!args.quiet) io.stdout(summary(counts, args));
};

const summary = ({ objects, events, repeated, delivered, refused }: ReplayCounts, args: ReplayArgs): string => {
  const collapsed = repeated > 0 ? ` (${repeated} repeated submissions collapsed)` : '';
  const found = `${events} events in ${objects} objects${collapsed}`;
  if (args.dryRun) return `${found} would be delivered\n`;
  return `${found}: ${delivered} delivered to ${args.to ?? ''}${refused > 0 ? `, ${refused} refused` : ''}\n`;
};

/** Batches as the exporter likes them. */
function* inBatches(lines: readonly ArchivedLine[], { maxEvents, maxBytes }: BatchDefaults): Generator<ArchivedLine[]> {
  let part: ArchivedLine[] = [];
  let bytes = 0;
  for (const line of lines) {
    if (part.length > 0 && (part.length >= maxEvents || bytes + line.bytes.length > maxBytes)) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(line);
    bytes += line.bytes.length;
  }
  if (part.length > 0) yield part;
}

const openTarget = async (args: ReplayArgs, io: CliIo): Promise<Target | number> => {
  if (args.to === undefined) throw new UsageError('--to: name the exporter that is given the events');
  const loaded = await loadOrReport(args, io);
  if (typeof loaded === 'number') return loaded;
  const { id, plugin, config, delivery } = findExporter(loaded.config, args.to);
  const dataDir = dataDirOf(args, io);
  const log = createLog('warn');
  const keysFile = io.env['BETALOGS_KEYS_FILE'];
  const keys = await loadKeyRing({ dataDir, log, ...(keysFile === undefined ? {} : { keysFile }) });
  const context: ComponentContext = { id, log, clock: createSystemClock(), keys, dataDir };
  return {
    exporter: plugin.create(config, context),
    batch: plugin.batch,
    retry: delivery.retry,
    timeoutMs: delivery.timeoutMs,
  };
};

const findExporter = ({ exporters }: CheckedConfig, to: string): CheckedConfig['exporters'][number] => {
  const found = exporters.find(({ id }) => id === to);
  if (found === undefined) {
    throw new UsageError(
      `--to: the configuration has no exporter of that id (it has ${exporters.map(({ id }) => id).join(', ')})`,
    );
  }
  if (found.plugin.archive !== undefined)
    throw new UsageError('--to: an archive is replayed into a store, not into an archive');
  return found;
};
