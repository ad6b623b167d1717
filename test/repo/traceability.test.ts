import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT, textOf } from '../support/repository.ts';

const rows = textOf('docs/traceability.md')
  .split('\n')
  .filter((line) => line.startsWith('| ') && line.includes('`'));

test.each(rows)('%s', (row) => {
  const paths = [...row.matchAll(/`([\w./-]+\/[\w./-]+|Dockerfile|\.oxlintrc\.json)`/g)].map(([, path]) => path!);
  expect(paths.length).toBeGreaterThan(0);
  expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});
