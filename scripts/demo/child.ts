// A program of ours that says in one JSON line on stdout where it listens.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface ChildOptions {
  /** What `node` is given. */
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd: string;
}

export interface Child {
  /** The ready line. */
  readonly ready: unknown;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number>;
}

const LAST_LINES = 20;

/** Resolves with the ready line; rejects with the last lines of stderr where the program ends before it. */
export const startChild = async ({ args, env = {}, cwd }: ChildOptions): Promise<Child> => {
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    said.push(line);
    if (said.length > LAST_LINES) said.shift();
  });
  // Whoever fails in between leaves nothing running.
  const killWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', killWithUs);
  const exited = new Promise<number>((resolve) =>
    child.once('exit', (code) => {
      process.off('exit', killWithUs);
      resolve(code ?? -1);
    }),
  );
  const firstLine = new Promise<string>((resolve) => createInterface({ input: child.stdout }).once('line', resolve));
  const first = await Promise.race([firstLine, exited]);
  if (typeof first === 'number') throw new Error(`${args.join(' ')} ended with ${first}:\n${said.join('\n')}`);
  return {
    ready: JSON.parse(first),
    stop: () => {
      child.kill('SIGTERM');
      return exited;
    },
  };
};
