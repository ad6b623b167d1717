import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CliIo } from '../../src/cli/io.ts';
import { validate } from '../../src/cli/validate.ts';
import { ROOT } from '../support/repository.ts';
import { startStores, type Stores } from '../support/stores.ts';

let stores: Stores;
beforeAll(async () => {
  stores = await startStores();
  Object.assign(process.env, awsVariables(stores.env));
}, 180_000);
afterAll(() => stores?.stop());

/** The AWS SDK reads the process's own. */
const awsVariables = (env: Stores['env']) =>
  Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith('AWS_')));

const run = async (file: string, env: Readonly<Record<string, string>>) => {
  const said = { stdout: '', stderr: '' };
  const io: CliIo = {
    stdout: (text) => void (said.stdout += text),
    stderr: (text) => void (said.stderr += text),
    env,
    cwd: ROOT,
    columns: 80,
    color: false,
    interactive: false,
  };
  const args = { configs: [`config/${file}`], sets: [], json: false, quiet: true, connect: true };
  return { code: await validate(args, io), ...said };
};

test.each(['full.yaml', 'gateway.yaml'])('%s: stores that are there are found', async (file) => {
  expect(await run(file, stores.env)).toEqual({ code: 0, stdout: '', stderr: '' });
});

test('each store that is not there is named, with its line and without its password', async () => {
  const nowhere = {
    ...stores.env,
    BETALOGS_POSTGRES_URL: 'postgres://u:hunter2@127.0.0.1:1/db',
    BETALOGS_OPENSEARCH_URL: 'http://127.0.0.1:1',
    BETALOGS_S3_BUCKET: 'no-such-bucket',
  };
  const { code, stderr } = await run('full.yaml', nowhere);
  expect(code).toBe(2);
  const lines = stderr.trimEnd().split('\n');
  expect(lines).toEqual([
    expect.stringMatching(
      /^config\/full\.yaml:\d+:\d+: exporters\.postgres: cannot connect: .*ECONNREFUSED.* \[CONFIG_CONNECT\]$/,
    ),
    expect.stringMatching(/^config\/full\.yaml:\d+:\d+: exporters\.opensearch: cannot connect: .+ \[CONFIG_CONNECT\]$/),
    expect.stringMatching(
      /^config\/full\.yaml:\d+:\d+: exporters\.s3: cannot connect: NotFound \(404\) \[CONFIG_CONNECT\]$/,
    ),
  ]);
  expect(stderr).not.toContain('hunter2');
  expect((await run('gateway.yaml', { ...stores.env, BETALOGS_NATS_URL: 'nats://127.0.0.1:1' })).stderr).toMatch(
    /exporters\.nats: cannot connect: /,
  );
});
