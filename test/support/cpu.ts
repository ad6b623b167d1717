import { readdirSync, readFileSync } from 'node:fs';

const CLOCK_TICKS_PER_SECOND = 100;

/** User and system time of a process with all its threads, in µs. */
export const cpuMicrosOf = (pid: number): number => {
  const { userTicks, systemTicks } = statOf(pid);
  return ((userTicks + systemTicks) * 1e6) / CLOCK_TICKS_PER_SECOND;
};

/** The same of a process group: of a server that forks. What its ended children used is in their parent's count. */
export const cpuMicrosOfGroup = (group: number): number =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => groupOf(pid) === group)
    .reduce((sum, pid) => sum + cpuMicrosOf(pid), 0);

/** Fields of proc(5)'s stat behind the name, which may hold anything. */
const fieldsOf = (pid: number): string[] => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
const statOf = (pid: number) => {
  const fields = fieldsOf(pid);
  return { userTicks: Number(fields[11]), systemTicks: Number(fields[12]) };
};

const groupOf = (pid: number): number | undefined => {
  try {
    return Number(fieldsOf(pid)[2]);
  } catch {
    // It ended between the listing and the look.
    return undefined;
  }
};
