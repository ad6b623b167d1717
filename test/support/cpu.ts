import { readdirSync, readFileSync } from 'node:fs';

const CLOCK_TICKS_PER_SECOND = 100;

/** User and system time of a process with all its threads, in µs. */
export const cpuMicrosOf = (pid: number): number => microsOf(statOf(pid)?.ownTicks ?? 0);

/** The same of a server that forks: itself, its children, and those that have ended. */
export const cpuMicrosOfServer = (pid: number): number => {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => statOf(Number(name)))
    .filter((stat) => stat?.parent === pid);
  const root = statOf(pid);
  return microsOf([root, ...children].reduce((sum, stat) => sum + (stat?.ownTicks ?? 0), root?.endedTicks ?? 0));
};

const microsOf = (ticks: number): number => (ticks * 1e6) / CLOCK_TICKS_PER_SECOND;

/** Fields of proc(5)'s stat behind the name, which may hold anything. Undefined: the process has ended. */
const statOf = (pid: number) => {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ').map(Number);
    return {
      parent: fields[1],
      ownTicks: fields[11]! + fields[12]!,
      endedTicks: fields[13]! + fields[14]!,
    };
  } catch {
    return undefined;
  }
};
