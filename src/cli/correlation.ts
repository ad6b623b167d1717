import { correlationJson } from '../sdk/index.ts';
import { EXIT, type CliIo, type GlobalArgs } from './io.ts';
import { correlationTree } from './show/correlation-tree.ts';
import { createPaint } from './show/paint.ts';
import { DEFAULT_TENANT, withStore, type ReadingParts } from './with-store.ts';

export interface CorrelationArgs extends GlobalArgs {
  readonly id: string;
  readonly tenant?: string | undefined;
}

/** Draws a group, oldest first, and what it is linked to; with `--json` the body that the HTTP API answers. */
export const correlation = async (args: CorrelationArgs, io: CliIo, parts: ReadingParts): Promise<number> =>
  withStore(args, io, parts, async (store) => {
    const found = await store.correlation(args.tenant ?? DEFAULT_TENANT, args.id);
    if (found === undefined) {
      io.stderr('betalogs correlation: this tenant has no event of this correlation\n');
      return EXIT.notFound;
    }
    io.stdout(
      args.json ? `${correlationJson(args.id, found)}\n` : correlationTree(found, io.columns, createPaint(io.color)),
    );
    if (found.truncated && !args.json) io.stderr('the group is larger; these are its newest events\n');
    return EXIT.done;
  });
