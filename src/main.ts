// argv to command; the only file that may end the process.
import { runCli } from './cli/program.ts';

const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    // The second signal does not wait for the stores: what is acknowledged is in the journal.
    if (stop.signal.aborted) process.exit(3);
    stop.abort();
  });
}

// A reader that has read enough, e.g. `| head`, ends the program; it is nobody's failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await runCli(process.argv.slice(2), {
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
  env: process.env,
  cwd: process.cwd(),
  columns: process.stdout.columns ?? 100,
  color: process.stdout.isTTY && process.env['NO_COLOR'] === undefined,
  interactive: process.stderr.isTTY,
  stop: stop.signal,
});
