// `betalogs replay`: from the archive into a store, past processors, journal and archive; the bytes as they are.
import { batchOfLines, type ArchivedLine } from '../archive/lines.ts';
import { readEvents } from '../archive/read-events.ts';
import { createSystemClock } from '../runtime/clock.ts';
import { loadKeyRing } from '../runtime/keys.ts';
import { createLog } from '../runtime/log.ts';
import type { CheckedConfig } from '../config/checked-config.ts';
import type { BatchDefaults, ComponentContext, Exporter } from '../sdk/index.ts';
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

export const replay = (args: ReplayArgs, io: CliIo & { readonly stop: AbortSignal }): Promise<number> =>
  withArchive('replay', args, io, async (store) => {
    const clock = createSystemClock();
    const findings = createFindings(io, args.json);
    const reading = { ...(await parseReading(args, io, clock.now())), store, found: findings.found };
    const target = args.dryRun && args.to === undefined ? undefined : await openTarget(args, io);
    if (typeof target === 'number') return target;
    const log = createLog('info');
    const refusals: Refusal[] = [];
    const counts: ReplayCounts = { objects: 0, events: 0, repeated: 0, delivered: 0, refused: 0 };
    const ticker = createTicker(io, args);
    const pace = createPace(args.rate, clock, io.stop);
    const { tenant = null, since = null, until = null, to = null } = args;
    if (!args.dryRun) log.info('replay begins', { to, tenant, since, until });
    try {
      if (!args.dryRun) await target?.exporter.start?.();
      for await (const { lines, repeated } of readEvents(reading)) {
        io.stop.throwIfAborted();
        counts.objects++;
        counts.events += lines.length;
        counts.repeated += repeated;
        if (target !== undefined && !args.dryRun) {
          const onTrouble = (reason: string): void =>
            log.warn('the store does not take events', { exporter: to, reason });
          const options = { ...target, clock, random: Math.random, onTrouble, signal: io.stop };
          for (const part of inBatches(lines, target.batch)) {
            const refused = await deliver(options, batchOfLines(part));
            refusals.push(...refused);
            counts.refused += refused.length;
            counts.delivered += part.length - refused.length;
            await pace(part.length);
          }
        }
        ticker.tick(`${counts.objects} objects, ${counts.events} events, ${counts.delivered} delivered`);
      }
    } finally {
      ticker.stop();
      await target?.exporter.stop();
      if (!args.dryRun) log.info('replay ends', { to, tenant, since, until, ...counts, findings: findings.all.length });
    }
    const ok = findings.all.length === 0;
    if (args.json)
      io.stdout(`${JSON.stringify({ ok, dryRun: args.dryRun, to, ...counts, refusals, findings: findings.all })}\n`);
    else io.stdout(summary(counts, args));
    if (!args.json) for (const { eventId, code } of refusals) io.stderr(`${eventId}: refused by the store [${code}]\n`);
    if (!ok) return EXIT.damaged;
    return refusals.length > 0 ? EXIT.failed : EXIT.done;
  });

const summary = ({ objects, events, repeated, delivered, refused }: ReplayCounts, args: ReplayArgs): string => {
  const found = `${events} events in ${objects} objects${repeated > 0 ? ` (${repeated} repeated submissions collapsed)` : ''}`;
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
