// What an image of ours must hold, as far as its Dockerfile tells.

export interface Instruction {
  readonly name: string;
  readonly text: string;
}

/** Instructions in order, continued lines joined, comments gone. */
export const parseDockerfile = (text: string): Instruction[] =>
  text
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .join('\n')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .flatMap((line) => {
      const [, name, rest] = /^([A-Z]+)\s+(.*)$/.exec(line.trim()) ?? [];
      return name === undefined ? [] : [{ name, text: rest ?? '' }];
    });

const isExecForm = (text: string): boolean => /\[\s*"[^"]+"(\s*,\s*"[^"]*")*\s*\]$/.test(text);

/** What is wrong, in words; empty where all is well. */
export const dockerfileProblems = (text: string): string[] => {
  const all = parseDockerfile(text);
  const last = all.slice(all.findLastIndex(({ name }) => name === 'FROM'));
  const inLast = (wanted: string): Instruction[] => last.filter(({ name }) => name === wanted);
  const problems = all.filter(({ name }) => name === 'FROM').flatMap(baseProblems);
  for (const name of ['ENTRYPOINT', 'CMD', 'HEALTHCHECK']) {
    const found = inLast(name);
    if (found.length === 0) problems.push(`${name} is missing`);
    for (const instruction of found) {
      if (!isExecForm(instruction.text)) problems.push(`${name} is not in exec form: it would need a shell`);
    }
  }
  if (inLast('RUN').length > 0) problems.push('RUN in the last stage needs a shell');
  const user = inLast('USER').at(-1)?.text ?? 'root';
  if (!/^[1-9]\d{3,}(:[1-9]\d{3,})?$/.test(user)) problems.push(`USER ${user} is not a number above 999`);
  if (inLast('VOLUME').length !== 1) problems.push('there is not exactly one VOLUME');
  if (!inLast('ENV').some(({ text: env }) => /\bNODE_ENV=production\b/.test(env))) problems.push('NODE_ENV is not set');
  if (all.some(({ name }) => name === 'ADD')) problems.push('ADD fetches and unpacks; COPY says what it does');
  return problems;
};

const baseProblems = ({ text }: Instruction): string[] => {
  const base = text.split(/\s+/)[0] ?? '';
  const tag = /[:@]([^:@/]+)$/.exec(base)?.[1];
  return tag === undefined || tag === 'latest' ? [`FROM ${base} names no version`] : [];
};
