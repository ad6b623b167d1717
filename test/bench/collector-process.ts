import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const CLOCK_TICKS_PER_SECOND = 100;

export interface CollectorProcess {
  readonly endpoints: Readonly<Record<string, string>>;
  readonly directory: string;
  /** User and system time of all its threads, in µs. */
  cpuMicros(): number;
  peakResidentBytes(): number;
  stop(): Promise<number>;
}

/** Starts the collector on a configuration of its own, as a user would, and resolves when it is ready. */
export const startCollectorProcess = async (
  yaml: string,
  nodeFlags: readonly string[] = [],
): Promise<CollectorProcess> => {
  const directory = mkdtempSync(join(tmpdir(), 'betalogs-bench-'));
  const config = join(directory, 'bench.yaml');
  writeFileSync(config, yaml);
  const child = spawn(
    process.execPath,
    ['--max-semi-space-size=16', ...nodeFlags, MAIN, 'run', '--config', config, '--data-dir', join(directory, 'data')],
    { stdio: ['ignore', 'pipe', 'inherit'], cwd: directory },
  );
  const { endpoints } = await readyLine(child);
  return {
    endpoints,
    directory,
    cpuMicros: () => cpuMicrosOf(child.pid!),
    peakResidentBytes: () =>
      Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1]) * 1024,
    stop: async () => {
      const exited = new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
      child.kill('SIGTERM');
      const code = await exited;
      if (nodeFlags.length === 0) await rm(directory, { recursive: true });
      return code;
    },
  };
};

const readyLine = (child: ChildProcess): Promise<{ endpoints: Record<string, string> }> =>
  new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the collector ended with ${code} before it was ready`)));
    createInterface({ input: child.stdout! }).once('line', (line) =>
      resolve(JSON.parse(line) as { endpoints: Record<string, string> }),
    );
  });

const cpuMicrosOf = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1e6) / CLOCK_TICKS_PER_SECOND;
};
