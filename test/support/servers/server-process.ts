import { spawn, type ChildProcess } from 'node:child_process';
import { chownSync, mkdtempSync, openSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { cpuMicrosOfServer } from '../cpu.ts';
import { isRoot } from '../../../scripts/servers/cache.ts';

/** Debian's and most others' `nobody`: servers that refuse root run as this user. */
const NOBODY = 65_534;
const POLL_MS = 50;
const START_TIMEOUT_MS = 120_000;

export interface ServerCommand {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Where its output goes; read back when it does not start. */
  readonly log: string;
  readonly asNobody: boolean;
  /** Asks the server by its own protocol whether it serves. */
  readonly isReady: () => Promise<boolean>;
}

/** A server that a test started, on a port of its own; it is the only one that the test stops. */
export interface TestServer {
  readonly url: string;
  /** SIGKILL, as a crash. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data. */
  start(): Promise<void>;
  /** SIGSTOP and SIGCONT: it hangs, and goes on. */
  pause(): void;
  resume(): void;
  /** User and system time of all its processes, in µs. */
  cpuMicros(): number;
  /** Stops it and removes its data. */
  stop(): Promise<void>;
}

/** A new folder for a server's data; `nobody` owns it where the server refuses root. */
export const dataFolder = (name: string, asNobody: boolean): string => {
  const folder = mkdtempSync(join(tmpdir(), `betalogs-${name}-`));
  if (asNobody && isRoot) chownSync(folder, NOBODY, NOBODY);
  return folder;
};

export const identity = (asNobody: boolean): { uid?: number; gid?: number } =>
  asNobody && isRoot ? { uid: NOBODY, gid: NOBODY } : {};

/** A port that was free a moment ago. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

/** Runs `command` until it is stopped; resolves when it serves. */
export const serve = async (url: string, folder: string, command: ServerCommand): Promise<TestServer> => {
  let child = await startProcess(command);
  const gone = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    signalGroup(child, signal);
    await exited;
  };
  return {
    url,
    kill: () => gone('SIGKILL'),
    start: async () => {
      child = await startAgain(command);
    },
    pause: () => signalGroup(child, 'SIGSTOP'),
    resume: () => signalGroup(child, 'SIGCONT'),
    cpuMicros: () => cpuMicrosOfServer(child.pid!),
    stop: async () => {
      signalGroup(child, 'SIGCONT');
      await gone('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
};

/** What a test leaves behind when it is itself ended must not stay. */
const started = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of started) signalGroup(child, 'SIGKILL');
});

/** After a crash the old one's children may hold its memory and files for a moment. */
const startAgain = async (command: ServerCommand, attempts = 50): Promise<ChildProcess> => {
  try {
    return await startProcess(command);
  } catch (error) {
    if (attempts === 0) throw error;
    await delay(POLL_MS);
    return startAgain(command, attempts - 1);
  }
};

/** The whole process group: some servers fork, and a hung parent alone would not hang them. */
const signalGroup = (child: ChildProcess, signal: NodeJS.Signals): void => {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
};

const startProcess = async (command: ServerCommand): Promise<ChildProcess> => {
  const log = openSync(command.log, 'a');
  const child = spawn(command.program, command.args, {
    stdio: ['ignore', log, log],
    detached: true,
    env: { PATH: process.env['PATH'], ...command.env },
    ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
    ...identity(command.asNobody),
  });
  started.add(child);
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (!(await command.isReady().catch(() => false))) {
    if (child.exitCode !== null || performance.now() > deadline) {
      signalGroup(child, 'SIGKILL');
      throw new Error(`${command.name} did not start:\n${readFileSync(command.log, 'utf8').slice(-2000)}`);
    }
    await delay(POLL_MS);
  }
  return child;
};
