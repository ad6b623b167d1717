// The commands over an archive, as somebody types them, and hands that tamper with it.
import { runCli } from '../../src/cli/program.ts';

export interface CliAnswer {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export const betalogs = async (cwd: string, ...argv: string[]): Promise<CliAnswer> => {
  const said = { stdout: '', stderr: '' };
  const exitCode = await runCli(argv, {
    stdout: (text) => void (said.stdout += text),
    stderr: (text) => void (said.stderr += text),
    env: process.env,
    cwd,
    columns: 100,
    color: false,
    interactive: false,
    stop: new AbortController().signal,
  });
  return { exitCode, ...said };
};

export interface VerifyAnswer {
  readonly ok: boolean;
  readonly objects: number;
  readonly events: number;
  readonly manifests: number;
  readonly findings: readonly { readonly code: string; readonly key: string; readonly line?: number }[];
}

/** Runs `archive verify --json` and tells `CODE key:line` of each finding. */
export const verify = async (
  cwd: string,
  ...argv: string[]
): Promise<VerifyAnswer & { readonly exitCode: number; readonly told: readonly string[] }> => {
  const { exitCode, stdout } = await betalogs(cwd, 'archive', 'verify', '--json', ...argv);
  const answer = JSON.parse(stdout) as VerifyAnswer;
  const told = answer.findings.map(({ code, key, line }) => `${code} ${key}${line === undefined ? '' : `:${line}`}`);
  return { ...answer, exitCode, told };
};
