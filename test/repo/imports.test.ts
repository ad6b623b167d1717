// Who may import whom is written in .oxlintrc.json; here it is held, and shown to bite.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { BIN, ROOT } from '../support/repository.ts';

interface Finding {
  readonly code: string;
  readonly filename: string;
  readonly message: string;
}

const ABOUT_IMPORTS: ReadonlySet<string> = new Set(['eslint(no-restricted-imports)', 'import(no-cycle)']);

/** Only the rules about imports: the others need types, and `npm run lint` runs them all. */
const findingsIn = (cwd: string): string[] => {
  const { stdout, stderr } = spawnSync(join(BIN, 'oxlint'), ['--format', 'json', '-c', '.oxlintrc.json', '.'], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (!stdout.startsWith('{')) throw new Error(`oxlint did not run: ${stdout}${stderr}`);
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: Finding[] };
  return diagnostics.filter(({ code }) => ABOUT_IMPORTS.has(code)).map(({ code, filename }) => `${filename} ${code}`);
};

const probe = mkdtempSync(join(tmpdir(), 'betalogs-imports-'));
afterAll(() => rmSync(probe, { recursive: true, force: true }));

test('nobody imports whom they may not, and there are no cycles', () => {
  expect(findingsIn(ROOT)).toEqual([]);
});

const forbidden: readonly (readonly [file: string, imported: string])[] = [
  ['src/event/probe.ts', '../sdk/index.ts'],
  ['src/sdk/probe-mapping.ts', '../mapping/otlp/decode.ts'],
  ['src/mapping/otlp/probe.ts', '../../journal/journal.ts'],
  ['src/sdk/probe.ts', '../journal/journal.ts'],
  ['src/sdk/http/probe.ts', '../../runtime/collector.ts'],
  ['src/journal/probe.ts', '../pipeline/pipeline.ts'],
  ['src/pipeline/probe.ts', '../runtime/collector.ts'],
  ['src/runtime/probe.ts', '../cli/run.ts'],
  ['src/runtime/probe-plugin.ts', '../../plugins/exporters/file/plugin.ts'],
  ['src/runtime/probe-testkit.ts', '../testkit/index.ts'],
  ['src/testkit/probe.ts', '../pipeline/pipeline.ts'],
  ['plugins/exporters/file/probe-engine.ts', '../../../src/pipeline/pipeline.ts'],
  ['plugins/exporters/file/probe-sdk.ts', '../../../src/sdk/intake.ts'],
  ['plugins/exporters/file/probe-neighbour.ts', '../directory/encode.ts'],
  ['plugins/exporters/file/probe-kind.ts', '../../receivers/http/plugin.ts'],
  ['plugins/exporters/file/probe-rxjs.ts', 'rxjs'],
  ['plugins/exporters/file/probe.test.ts', '../../../src/runtime/collector.ts'],
];
const allowed: readonly (readonly [file: string, imported: string])[] = [
  ['src/sdk/http/good.ts', '../../event/schema.ts'],
  ['src/runtime/good.ts', '../pipeline/pipeline.ts'],
  ['plugins/exporters/file/good.ts', '../../../src/sdk/index.ts'],
  ['plugins/exporters/file/good-mapping.ts', '../../../src/mapping/otlp/decode.ts'],
  ['plugins/exporters/file/good-event.ts', '../../../src/event/schema.ts'],
  ['plugins/exporters/file/good.test.ts', '../../../src/testkit/index.ts'],
];

const plant = ([file, imported]: readonly [file: string, imported: string]): void => {
  mkdirSync(join(probe, dirname(file)), { recursive: true });
  writeFileSync(join(probe, file), `export * from '${imported}';\n`);
};

test('an import that is not allowed is found, one that is allowed is not', () => {
  cpSync(join(ROOT, '.oxlintrc.json'), join(probe, '.oxlintrc.json'));
  cpSync(join(ROOT, 'tsconfig.json'), join(probe, 'tsconfig.json'));
  symlinkSync(join(ROOT, 'node_modules'), join(probe, 'node_modules'));
  for (const pair of [...forbidden, ...allowed]) plant(pair);
  plant(['src/store/a.ts', './b.ts']);
  plant(['src/store/b.ts', './a.ts']);
  const restricted = forbidden.map(([file]) => `${file} eslint(no-restricted-imports)`);
  const cycles = ['src/store/a.ts import(no-cycle)', 'src/store/b.ts import(no-cycle)'];
  expect(findingsIn(probe).toSorted()).toEqual([...restricted, ...cycles].toSorted());
});
