// A disk that fills up, for real: a process whose files may not grow beyond a limit.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';

const directory = mkdtempSync(join(tmpdir(), 'betalogs-file-full-'));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const SEND = new URL('./send.ts', import.meta.url).href;
const child = (path: string): string => `
  import { createLineFile } from '${SEND}';
  process.on('SIGXFSZ', () => {});
  const file = createLineFile({ path: '${path}', maxBytes: 1e9, maxFiles: 2, fsync: false });
  const line = Buffer.from('{"n":"' + 'x'.repeat(990) + '"}\\n');
  const codes = [];
  for (let i = 0; i < 4; i++) await file.append(Buffer.concat([line, line, line])).catch((error) => codes.push(error.code));
  console.log(JSON.stringify(codes));
`;

test('what was written of a batch that did not fit is taken back: no half line, no event twice', () => {
  const path = join(directory, 'events.ndjson');
  const script = `ulimit -f 8; exec "$0" --input-type=module -e "$1"`;
  const codes = execFileSync('bash', ['-c', script, process.execPath, child(path)], { encoding: 'utf8' });
  expect(JSON.parse(codes)).toEqual(['EFBIG', 'EFBIG']);
  const text = readFileSync(path, 'utf8');
  expect(text.endsWith('\n')).toBe(true);
  expect(text.split('\n')).toHaveLength(7);
});
