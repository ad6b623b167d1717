// Configurations from memory, through the real registry.
import { plugins } from '../../plugins/index.ts';
import { formatIssue } from '../../src/config/issue.ts';
import { loadConfig, type LoadedConfig } from '../../src/config/load-config.ts';
import { createRegistry, type Registry } from '../../src/registry/registry.ts';

export interface Given {
  /** Laid over BASE. */
  readonly over?: string;
  /** Instead of BASE: name to text. */
  readonly files?: Readonly<Record<string, string>>;
  readonly sets?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly registry?: Registry;
}

/** Valid; every case changes something about it. */
export const BASE = `
receivers: { http: { endpoint: '127.0.0.1:4319' } }
processors: { validate: , normalize: , redact:  }
exporters: { sqlite:  }
service:
  pipelines:
    events: { receivers: [http], processors: [validate, normalize, redact], exporters: [sqlite] }
`;

/** Where nothing is: only what `files` holds can be read. */
const CWD = '/nowhere';

export const load = ({
  over,
  files,
  sets = [],
  env = {},
  registry = createRegistry(plugins),
}: Given): Promise<LoadedConfig> => {
  const texts: Readonly<Record<string, string>> = files ?? {
    'base.yaml': BASE,
    ...(over === undefined ? {} : { 'app.yaml': over }),
  };
  const readText = (path: string): string => {
    const text = texts[path.slice(CWD.length + 1)];
    if (text === undefined) throw new Error('no such file');
    return text;
  };
  const names = Object.keys(texts).filter((name) => name.endsWith('.yaml'));
  return loadConfig({ files: names, sets, env, cwd: CWD, readText }, registry);
};

/** What a user sees on stderr, line by line; nothing where it is valid. */
export const issueLines = async (given: Given): Promise<readonly string[]> => {
  const loaded = await load(given);
  return loaded.ok ? [] : loaded.issues.map(formatIssue);
};

export interface BrokenCase extends Given {
  readonly name: string;
  readonly lines: readonly string[];
}
