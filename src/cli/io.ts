/** What a command may touch of the process that it runs in; tests give their own. */
export interface CliIo {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Width of the terminal; 100 where there is none. */
  readonly columns: number;
  /** Colours are wanted on stdout: it is a terminal and NO_COLOR is unset. */
  readonly color: boolean;
  /** A person reads stderr. */
  readonly interactive: boolean;
}

/** Exit codes of INTERFACE.md 2. */
export const EXIT = { done: 0, failed: 1, usage: 2, undelivered: 3, notFound: 4, damaged: 5 } as const;

/** The options that every command takes. */
export interface GlobalArgs {
  readonly configs: readonly string[];
  readonly sets: readonly string[];
  readonly dataDir?: string | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
}
