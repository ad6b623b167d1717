import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const OUTSIDE = '/var/tmp/betalogs-collector-tools';
const OTHERS_MAY_ENTER = 0o001;

/** True where the program runs as root: servers that refuse root are then run as `nobody`. */
export const isRoot = process.getuid?.() === 0;

/** Where installed servers are kept: `.tools` in the clone, or a folder that `nobody` can reach where it must and cannot there. */
export const cacheFolder = (): string => {
  const named = process.env['BETALOGS_TOOLS_DIR'];
  const folder = named ?? (isRoot && !othersReach(REPOSITORY) ? OUTSIDE : join(REPOSITORY, '.tools'));
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  return folder;
};

const othersReach = (folder: string): boolean => {
  for (let at = folder; ; at = dirname(at)) {
    if ((statSync(at).mode & OTHERS_MAY_ENTER) === 0) return false;
    if (at === dirname(at)) return true;
  }
};

/** The JDK to run OpenSearch 3 with: 21 or newer. Undefined where there is none. */
export const javaHome = (atLeast: number): string | undefined => {
  const candidates = [process.env['OPENSEARCH_JAVA_HOME'], process.env['JAVA_HOME'], ...installedJdks()];
  return candidates.find((home) => home !== undefined && majorVersion(home) >= atLeast);
};

const installedJdks = (): string[] => {
  const found = execFileSync('sh', [
    '-c',
    'ls -d /usr/lib/jvm/*/ /Library/Java/JavaVirtualMachines/*/Contents/Home 2>/dev/null || true',
  ]);
  return found
    .toString()
    .split('\n')
    .filter((line) => line !== '');
};

const majorVersion = (home: string): number => {
  const java = join(home, 'bin', 'java');
  if (!existsSync(java)) return 0;
  try {
    const release = execFileSync('sh', ['-c', '"$0" -version 2>&1', java]).toString();
    return Number(/"(\d+)/.exec(release)?.[1] ?? 0);
  } catch {
    return 0;
  }
};
