// OpenSearch's answer to an outcome, and nothing else. A bulk answers by item; its own status says little.
import type { ExportOutcome } from '../../../src/sdk/index.ts';

/** What a status and an error type mean. `present`: the id is taken. `gone`: the index is. `large`: send it in halves. */
export type Verdict = ExportOutcome['status'] | 'present' | 'gone' | 'large';

/** Types that say more than their status. */
const TYPES: Readonly<Record<string, Verdict>> = {
  // A read-only index, a full disk's watermark: 403 or 429, and it passes.
  cluster_block_exception: 'retry',
  index_closed_exception: 'retry',
  index_create_block_exception: 'retry',
  // The cluster has no room for another shard.
  validation_exception: 'retry',
  version_conflict_engine_exception: 'present',
  index_not_found_exception: 'gone',
  security_exception: 'stop',
  invalid_index_name_exception: 'stop',
};

const STATUSES: Readonly<Record<number, Verdict>> = {
  200: 'stored',
  201: 'stored',
  401: 'stop',
  403: 'stop',
  408: 'retry',
  409: 'present',
  413: 'large',
  425: 'retry',
  429: 'retry',
};

/** One item of a bulk. */
export const classifyItem = (status: number, type: string | undefined): Verdict => {
  const verdict = byTable(status, type);
  if (verdict !== undefined) return verdict;
  return status === 400 ? 'dead' : 'retry';
};

/** A request as a whole; a bulk's 200 is for its items to tell. */
export const classifyAnswer = (status: number, type: string | undefined): Verdict => {
  const verdict = byTable(status, type);
  if (verdict !== undefined) return verdict;
  if (status === 400) return 'suspect';
  // Another 4xx, a redirect: this is not the API that was meant.
  return status >= 300 && status < 500 ? 'stop' : 'retry';
};

const byTable = (status: number, type: string | undefined): Verdict | undefined =>
  (status >= 400 && type !== undefined ? TYPES[type] : undefined) ?? STATUSES[status];
