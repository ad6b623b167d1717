// `betalogs archive verify|list|lifecycle`: the immutable archive, from itself alone.
import { setTimeout as sleep } from 'node:timers/promises';
import { listObjects } from '../archive/read-archive.ts';
import { readEvents } from '../archive/read-events.ts';
import { verifyArchive, type VerifyCounts } from '../archive/verify.ts';
import { createSystemClock } from '../runtime/clock.ts';
import type { ArchiveStore } from '../sdk/index.ts';
import { createFindings } from './archive/findings.ts';
import { openArchive, UsageError, type ArchiveArgs } from './archive/open-archive.ts';
import { parseReading, type ReadingArgs } from './archive/reading-args.ts';
import { createTicker } from './archive/ticker.ts';
import { EXIT, type CliIo } from './io.ts';

/** Runs a command over an opened archive; a wrong command line is one line and exit 2. */
export const withArchive = async (
  name: string,
  args: ArchiveArgs,
  io: CliIo,
  act: (store: ArchiveStore) => Promise<number>,
): Promise<number> => {
  let store: ArchiveStore | undefined;
  try {
    const opened = await openArchive(args, io);
    if (typeof opened === 'number') return opened;
    store = opened;
    return await act(store);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    io.stderr(`betalogs ${name}: ${error.message}\n`);
    return EXIT.usage;
  } finally {
    store?.close();
  }
};

/** Exit 5 and every finding where something is wrong; `--json` prints one document. */
export const archiveVerify = (args: ReadingArgs, io: CliIo): Promise<number> =>
  withArchive('archive verify', args, io, async (store) => {
    const reading = await parseReading(args, io, createSystemClock().now());
    const findings = createFindings(io, args.json);
    const ticker = createTicker(io, args);
    const counts = await verifyArchive({
      ...reading,
      store,
      found: findings.found,
      nowMs: Date.now,
      wait: (ms) => sleep(ms),
      progress: ({ objects, events }) => ticker.tick(`verified ${objects} objects, ${events} events`),
    });
    ticker.stop();
    const ok = findings.all.length === 0;
    const signed = reading.signatures.length > 0;
    if (args.json)
      io.stdout(`${JSON.stringify({ ok, ...counts, signaturesChecked: signed, findings: findings.all })}\n`);
    else if (!args.quiet) io.stdout(verdict(counts, findings.all.length, signed));
    return ok ? EXIT.done : EXIT.damaged;
  });

const verdict = ({ tenants, manifests, objects, events }: VerifyCounts, faults: number, signed: boolean): string => {
  const seen = `${objects} objects with ${events} events in ${manifests} manifests of ${tenants} tenants`;
  const signatures = signed ? 'signatures checked' : 'signatures not checked: no --public-key';
  return faults === 0 ? `ok: ${seen} (${signatures})\n` : `not ok: ${faults} findings in ${seen} (${signatures})\n`;
};

export interface ListArgs extends ReadingArgs {
  /** The events themselves as NDJSON, each id once, in the place of the objects. */
  readonly events: boolean;
}

/** One line an object, as the manifests name them; with `--json` NDJSON. */
export const archiveList = (args: ListArgs, io: CliIo): Promise<number> =>
  withArchive('archive list', args, io, async (store) => {
    const findings = createFindings(io, false);
    const reading = { ...(await parseReading(args, io, createSystemClock().now())), store, found: findings.found };
    if (args.events) {
      for await (const { lines } of readEvents(reading)) {
        io.stdout(lines.map(({ bytes }) => bytes.toString('utf8')).join(''));
      }
    } else {
      for await (const { tenant, writer, sequence, entry } of listObjects(reading)) {
        const { key, count, storedBytes } = entry;
        if (args.json) io.stdout(`${JSON.stringify({ tenant, writer, sequence, ...entry, lineSums: undefined })}\n`);
        else io.stdout(`${String(count).padStart(7)} events ${String(storedBytes).padStart(10)} B  ${key}\n`);
      }
    }
    return findings.all.length === 0 ? EXIT.done : EXIT.damaged;
  });

export interface LifecycleArgs extends ArchiveArgs {
  readonly write: boolean;
}

/** Tells whether the bucket expires the archive as configured; with `--write` makes it so. */
export const archiveLifecycle = (args: LifecycleArgs, io: CliIo): Promise<number> =>
  withArchive('archive lifecycle', args, io, async ({ lifecycle }) => {
    if (lifecycle === undefined)
      throw new UsageError('this archive has no lifecycle: expire_after of an s3 exporter sets it');
    if (args.write) await lifecycle.write();
    const problems = await lifecycle.problems();
    if (args.json) io.stdout(`${JSON.stringify({ ok: problems.length === 0, written: args.write, problems })}\n`);
    else for (const problem of problems) io.stderr(`${problem}\n`);
    if (!args.json && !args.quiet && problems.length === 0) io.stdout("the bucket's rules are as configured\n");
    return problems.length === 0 ? EXIT.done : EXIT.failed;
  });
