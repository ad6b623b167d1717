#!/usr/bin/env node
// Plain JavaScript that an old Node can read: it finds a Node that is new enough, then the program.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OLDEST = [24, 18, 1];
const USAGE = 2;
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'];

/** @param {string} version e.g. `v24.21.0` */
const isNewEnough = (version) => {
  const parts = version.replace(/^v/, '').split('.').map(Number);
  const differing = OLDEST.findIndex((oldest, i) => parts[i] !== oldest);
  return differing < 0 || parts[differing] > OLDEST[differing];
};

/** The binary of the `node` package, where it is installed. */
const installedNode = () => {
  try {
    const folder = dirname(createRequire(import.meta.url).resolve('node/package.json'));
    const binary = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return existsSync(binary) ? binary : undefined;
  } catch {
    return undefined;
  }
};

/** Runs this again and takes its end for our own. @param {string} node */
const startAgain = (node) => {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, BETALOGS_STARTED_AGAIN: '1' },
  });
  for (const signal of SIGNALS) process.on(signal, () => child.kill(signal));
  child.once('error', (error) => refuse(`${node} does not start (${error.message})`));
  child.once('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
  });
};

/** @param {string} reason */
const refuse = (reason) => {
  process.stderr.write(
    `betalogs: ${reason}; it needs Node ${OLDEST.join('.')} or newer: install it from nodejs.org, or run "npm install node@24"\n`,
  );
  process.exitCode = USAGE;
};

const run = () => {
  const clone = new URL('../src/main.ts', import.meta.url);
  return import((existsSync(clone) ? clone : new URL('../dist/src/main.js', import.meta.url)).href);
};

if (isNewEnough(process.version)) await run();
else {
  const node = process.env.BETALOGS_STARTED_AGAIN === undefined ? installedNode() : undefined;
  if (node === undefined) refuse(`this is Node ${process.version.slice(1)}`);
  else startAgain(node);
}
