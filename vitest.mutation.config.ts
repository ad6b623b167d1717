// What `npm run mutate` runs against each mutant: the tests of the event domain, their properties with few runs.
import { defineConfig, mergeConfig } from 'vitest/config';
import base from './vitest.config.ts';

const merged = mergeConfig(base, defineConfig({ test: { env: { FC_RUNS: '20' } } }));
merged.test.include = [
  'src/event/**/*.test.ts',
  'plugins/processors/**/*.test.ts',
  'test/properties/**/*.test.ts',
  'test/contract/processors.test.ts',
];

export default merged;
