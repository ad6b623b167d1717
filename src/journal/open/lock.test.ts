import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../fixtures.ts';
import { acquireLock } from './lock.ts';

const holdElsewhere = async (directory: string) => {
  const script = `
    const { acquireLock } = await import(${JSON.stringify(new URL('lock.ts', import.meta.url).href)});
    await acquireLock(${JSON.stringify(directory)});
    console.log('held');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
};

test('a second writer is refused and told whose the journal is; a kill leaves no lock behind', async () => {
  const directory = await temporaryDirectory();
  const child = await holdElsewhere(directory);
  await expect(acquireLock(directory)).rejects.toMatchObject({
    code: 'JOURNAL_LOCKED',
    message: `the journal in ${directory} is in use by process ${child.pid}`,
  });
  child.kill('SIGKILL');
  await once(child, 'exit');
  const lock = await acquireLock(directory);
  expect(JSON.parse(await readFile(join(directory, 'lock.json'), 'utf8'))).toMatchObject({ pid: process.pid });
  await lock.release();
});

test('the same process is refused as well, and its failed try does not loosen the lock', async () => {
  const directory = await temporaryDirectory();
  const lock = await acquireLock(directory);
  await expect(acquireLock(directory)).rejects.toMatchObject({ code: 'JOURNAL_LOCKED' });
  await expect(acquireLock(directory)).rejects.toMatchObject({ code: 'JOURNAL_LOCKED' });
  await lock.release();
  await (await acquireLock(directory)).release();
});

test('an owner of another boot or container is named as such', async () => {
  const directory = await temporaryDirectory();
  const lock = await acquireLock(directory);
  const ownerPath = join(directory, 'lock.json');
  const owner = JSON.parse(await readFile(ownerPath, 'utf8')) as object;
  await writeFile(ownerPath, JSON.stringify({ ...owner, bootId: 'another' }));
  await expect(acquireLock(directory)).rejects.toThrow(/of another machine$/);
  await writeFile(ownerPath, JSON.stringify({ ...owner, startedAt: '1' }));
  await expect(acquireLock(directory)).rejects.toThrow(/of another container$/);
  await writeFile(ownerPath, 'not JSON');
  await expect(acquireLock(directory)).rejects.toThrow(/in use by another process$/);
  await lock.release();
});

test('its files are for the owner only', async () => {
  const directory = await temporaryDirectory();
  const lock = await acquireLock(directory);
  for (const name of ['lock', 'lock.json']) expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600);
  await lock.release();
});
