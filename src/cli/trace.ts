import { toTraceId, traceJson } from '../sdk/index.ts';
import { EXIT, type CliIo, type GlobalArgs } from './io.ts';
import { eventTree } from './show/event-tree.ts';
import { createPaint } from './show/paint.ts';
import { DEFAULT_TENANT, withStore, type ReadingParts } from './with-store.ts';

export interface TraceArgs extends GlobalArgs {
  readonly id: string;
  readonly tenant?: string | undefined;
}

/** Draws the events of a trace over all categories, oldest first; with `--json` the body that the HTTP API answers. */
export const trace = async (args: TraceArgs, io: CliIo, parts: ReadingParts): Promise<number> => {
  const id = toTraceId(args.id);
  if (id === undefined) {
    io.stderr('betalogs trace: a trace id is 32 hexadecimal digits\n');
    return EXIT.notFound;
  }
  return withStore(args, io, parts, async (store) => {
    const found = await store.trace(args.tenant ?? DEFAULT_TENANT, id);
    if (found === undefined) {
      io.stderr('betalogs trace: this tenant has no event of this trace\n');
      return EXIT.notFound;
    }
    io.stdout(args.json ? `${traceJson(id, found)}\n` : eventTree(found.events, io.columns, createPaint(io.color)));
    if (found.truncated && !args.json) io.stderr('the trace is larger; these are its newest events\n');
    return EXIT.done;
  });
};
