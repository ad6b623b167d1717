// `bin/betalogs.js` under a Node that says it is old.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../support/repository.ts';

const folder = mkdtempSync(join(tmpdir(), 'betalogs-bin-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const asVersion = (version: string): string[] => [
  '--import',
  `data:text/javascript,${encodeURIComponent(`Object.defineProperty(process, 'version', { value: '${version}' })`)}`,
];

/** A package of ours whose program tells what it was given and how it was ended. */
const PROGRAM = `
process.on('SIGTERM', () => process.exit(3));
console.log(JSON.stringify({ arguments: process.argv.slice(2), version: process.version }));
if (process.argv[2] === 'run') setInterval(() => {}, 1000);
else process.exitCode = Number(process.argv[2]);
`;

const install = (name: string, hasNode: boolean): string => {
  const root = join(folder, name);
  mkdirSync(join(root, 'dist/src'), { recursive: true });
  mkdirSync(join(root, 'node_modules/node/bin'), { recursive: true });
  cpSync(join(ROOT, 'bin/betalogs.js'), join(root, 'bin/betalogs.js'));
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
  writeFileSync(join(root, 'dist/src/main.js'), PROGRAM);
  if (hasNode) {
    writeFileSync(join(root, 'node_modules/node/package.json'), '{"name":"node"}');
    symlinkSync(process.execPath, join(root, 'node_modules/node/bin/node'));
  }
  return join(root, 'bin/betalogs.js');
};

let bare = '';
let complete = '';
beforeAll(() => {
  bare = install('bare', false);
  complete = install('complete', true);
});

const run = (bin: string, version: string, ...args: readonly string[]) =>
  spawnSync(process.execPath, [...asVersion(version), bin, ...args], { encoding: 'utf8' });

test.each(['v24.18.1', 'v24.21.0', 'v25.0.0'])('%s runs the program itself', (version) => {
  const { status, stdout } = run(bare, version, '4', 'x');
  expect([status, JSON.parse(stdout)]).toEqual([4, { arguments: ['4', 'x'], version }]);
});

test.each(['v20.20.2', 'v24.18.0', 'v24.9.9'])(
  '%s starts again with the installed Node, arguments and exit code kept',
  (version) => {
    const { status, stdout } = run(complete, version, '5', 'two words', '--json');
    expect([status, JSON.parse(stdout)]).toEqual([
      5,
      { arguments: ['5', 'two words', '--json'], version: process.version },
    ]);
  },
);

test('without an installed Node it says in one line what to install', () => {
  const { status, stdout, stderr } = run(bare, 'v20.20.2', 'run');
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^betalogs: this is Node 20\.20\.2; it needs Node 24\.18\.1 or newer: [^\n]+\n$/);
});

test('signals reach the program, and its exit code comes back', async () => {
  const child = spawn(process.execPath, [...asVersion('v20.20.2'), complete, 'run'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  child.kill('SIGTERM');
  expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(3);
});
