// The collector as its users run it: a process of its own, told apart from the test by nothing but its ports and files.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { cpuMicrosOf } from './cpu.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export interface ProcessOptions {
  /** A folder that stays over restarts: the configuration and `data` are in it. */
  readonly directory: string;
  /** The configuration's text; without it, the shipped `file`. */
  readonly yaml?: string;
  /** A shipped configuration as it stands, every port free; default `default.yaml`. */
  readonly file?: string;
  readonly sets?: readonly string[];
  /** Beside the test's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly nodeFlags?: readonly string[];
  /** Where its log lines go; dropped where absent. */
  readonly onLog?: (line: string) => void;
}

export interface CollectorProcess {
  /** By the names of the ready line, e.g. `http` and `otlp/http`. */
  readonly endpoints: Readonly<Record<string, string>>;
  /** User and system time of all its threads, in µs. */
  cpuMicros(): number;
  peakResidentBytes(): number;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number>;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
}

const SHIPPED = fileURLToPath(new URL('../../config/', import.meta.url));
/** Where the shipped configurations listen. */
const ENDPOINTS = [
  'receivers.http.endpoint',
  'receivers.otlp.protocols.http.endpoint',
  'extensions.query.endpoint',
  'extensions.health.endpoint',
];

export const temporaryDirectory = (): string => mkdtempSync(join(tmpdir(), 'betalogs-'));

/** Starts it and resolves with the ready line. */
export const startCollectorProcess = async (options: ProcessOptions): Promise<CollectorProcess> => {
  const child = spawn(
    process.execPath,
    [...(options.nodeFlags ?? []), MAIN, 'run', ...configArgs(options), '--data-dir', join(options.directory, 'data')],
    { stdio: ['ignore', 'pipe', 'pipe'], cwd: options.directory, env: { ...process.env, ...options.env } },
  );
  const log: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    log.push(line);
    options.onLog?.(line);
  });
  const exited = new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? -1)));
  const { endpoints } = await readyLine(child, exited, log);
  return {
    endpoints,
    cpuMicros: () => cpuMicrosOf(child.pid!),
    peakResidentBytes: () =>
      Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1]) * 1024,
    stop: async () => {
      child.kill('SIGTERM');
      return exited;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
};

const configArgs = ({ directory, yaml, file = 'default.yaml', sets = [] }: ProcessOptions): string[] => {
  const given = sets.flatMap((set) => ['--set', set]);
  if (yaml === undefined) return ['--config', join(SHIPPED, file), ...freePorts(file), ...given];
  const own = join(directory, 'collector.yaml');
  writeFileSync(own, yaml);
  return ['--config', own, ...given];
};

const freePorts = (file: string): string[] => {
  const shipped = parse(readFileSync(join(SHIPPED, file), 'utf8')) as unknown;
  const at = (path: string): unknown =>
    path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], shipped);
  return ENDPOINTS.flatMap((path) => (at(path) === undefined ? [] : ['--set', `${path}=127.0.0.1:0`]));
};

const readyLine = async (
  child: ChildProcess,
  exited: Promise<number>,
  log: readonly string[],
): Promise<{ endpoints: Record<string, string> }> => {
  const line = new Promise<string>((resolve) => createInterface({ input: child.stdout! }).once('line', resolve));
  const first = await Promise.race([line, exited]);
  if (typeof first === 'string') return JSON.parse(first) as { endpoints: Record<string, string> };
  throw new Error(`the collector ended with ${first} before it was ready:\n${log.join('\n')}`);
};
