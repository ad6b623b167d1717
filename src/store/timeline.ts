import type { PageKey, ReadPage, StoredLine } from '../sdk/index.ts';

const PAGE = 1000;
/** A timeline is answered whole, so it has a bound; beyond it the newest events are given. */
export const MAX_TIMELINE_EVENTS = 10_000;
export const MAX_TIMELINE_CHARS = 32 * 1024 * 1024;

export interface Gathered<Line extends StoredLine> {
  /** Newest first. */
  readonly lines: readonly Line[];
  readonly truncated: boolean;
}

/** Reads pages until there are no more, or the timeline is as large as an answer may be. */
export const gather = async <Line extends StoredLine>(
  read: (page: { readonly limit: number; readonly after?: PageKey }) => Promise<ReadPage<Line>>,
): Promise<Gathered<Line>> => {
  const lines: Line[] = [];
  let chars = 0;
  for (;;) {
    const after = lines.at(-1);
    const page = await read({ limit: PAGE, ...(after !== undefined && { after }) });
    for (const line of page.lines) {
      chars += line.line.length;
      if (lines.length === MAX_TIMELINE_EVENTS || chars > MAX_TIMELINE_CHARS) return { lines, truncated: true };
      lines.push(line);
    }
    if (!page.more || page.lines.length === 0) return { lines, truncated: false };
  }
};

/** For sorting oldest first; the order of every answer, reversed. */
export const compareKeys = (a: PageKey, b: PageKey): number => {
  if (a.timestampNs !== b.timestampNs) return a.timestampNs < b.timestampNs ? -1 : 1;
  return a.eventId < b.eventId ? -1 : a.eventId > b.eventId ? 1 : 0;
};
