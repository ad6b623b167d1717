import {
  isCursorRefused,
  isQueryFault,
  pageJson,
  parseQuery,
  QUERY_PARAMETERS,
  type EventError,
  type QueryParameter,
} from '../sdk/index.ts';
import { EXIT, type CliIo, type GlobalArgs } from './io.ts';
import { eventTable } from './show/event-table.ts';
import { createPaint } from './show/paint.ts';
import { DEFAULT_TENANT, withStore, type ReadingParts } from './with-store.ts';

/** Each parameter of the query API is an option of the same name; times may also be `15m`, `2h`, `7d` ago. */
export interface QueryArgs extends GlobalArgs, Partial<Readonly<Record<QueryParameter, string | undefined>>> {}

/** Prints a page of events, newest first; with `--json` the body that the HTTP API answers. */
export const query = async (args: QueryArgs, io: CliIo, parts: ReadingParts): Promise<number> => {
  const given = QUERY_PARAMETERS.flatMap((name) => (args[name] === undefined ? [] : [[name, args[name]] as const]));
  const asked = parseQuery(given, { now: parts.now() });
  if (isQueryFault(asked)) return refuse(io, asked.faults);
  const { filter, limit, cursor, tenant = DEFAULT_TENANT } = asked;
  return withStore(args, io, parts, async (store) => {
    const page = await store.query({ tenant, filter, limit, cursor });
    if (isCursorRefused(page)) return refuse(io, [{ ...page, path: '/cursor' }]);
    if (args.json) io.stdout(`${pageJson(page)}\n`);
    else if (page.events.length > 0) io.stdout(eventTable(page.events, io.columns, createPaint(io.color)));
    if (!args.json && !args.quiet) io.stderr(footer(page.events.length, page.next));
    return EXIT.done;
  });
};

const refuse = (io: CliIo, faults: readonly EventError[]): number => {
  for (const { path, message, code } of faults) {
    io.stderr(`betalogs query: --${path.slice(1)}: ${message} [${code}]\n`);
  }
  return EXIT.usage;
};

const footer = (count: number, next: string | null): string =>
  count === 0
    ? 'no events\n'
    : `${count} ${count === 1 ? 'event' : 'events'}${next === null ? '' : `; more: --cursor ${next}`}\n`;
