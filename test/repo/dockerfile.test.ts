import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dockerfileProblems, parseDockerfile } from '../support/dockerfile.ts';
import { ROOT, textOf } from '../support/repository.ts';

const dockerfile = textOf('Dockerfile');

test('the image has no shell, no root, no floating version', () => {
  expect(dockerfileProblems(dockerfile)).toEqual([]);
});

test.each<[change: string, from: RegExp, to: string, problem: string]>([
  ['a command for a shell', /^CMD \[.*$/m, 'CMD node main.js', 'CMD is not in exec form: it would need a shell'],
  ['a name for a user', /^USER .*$/m, 'USER node', 'USER node is not a number above 999'],
  ['root', /^USER .*$/m, 'USER 0', 'USER 0 is not a number above 999'],
  ['no user', /^USER .*$/m, '', 'USER root is not a number above 999'],
  ['the latest base', /^FROM gcr.io\/\S+/m, 'FROM node:latest', 'FROM node:latest names no version'],
  ['a base without a tag', /^FROM gcr.io\/\S+/m, 'FROM node', 'FROM node names no version'],
  ['no health check', /^HEALTHCHECK[^\n]*\n[^\n]*$/m, '', 'HEALTHCHECK is missing'],
  ['a run in the last stage', /^USER .*$/m, 'RUN id\nUSER 65532', 'RUN in the last stage needs a shell'],
])('%s would be found', (_, from, to, problem) => {
  expect(dockerfile).toMatch(from);
  expect(dockerfileProblems(dockerfile.replace(from, to))).toContain(problem);
});

test('it runs the Node that the package was tested with', () => {
  const { devDependencies } = JSON.parse(textOf('package.json')) as { devDependencies: Record<string, string> };
  const bases = parseDockerfile(dockerfile).filter(({ name, text }) => name === 'FROM' && text.startsWith('node:'));
  for (const { text } of bases) expect(text).toMatch(new RegExp(`^node:${devDependencies['node']}-`));
});

test('all that is copied from here is there, and is not ignored', () => {
  const ignore = textOf('.dockerignore').split('\n');
  const copied = parseDockerfile(dockerfile)
    .filter(({ name, text }) => name === 'COPY' && !text.startsWith('--from'))
    .flatMap(({ text }) => text.split(/\s+/).slice(0, -1));
  expect(copied).not.toEqual([]);
  for (const path of copied) {
    expect([path, existsSync(join(ROOT, path))]).toEqual([path, true]);
    expect(ignore).toContain(`!${path}`);
  }
});

test('the configuration that it starts with is there', () => {
  const path = /\/app\/(config\/\S+\.yaml)/.exec(dockerfile)?.[1];
  expect(existsSync(join(ROOT, path!))).toBe(true);
});
