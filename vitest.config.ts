import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const sdk = fileURLToPath(new URL('src/sdk/index.ts', import.meta.url));

export default defineConfig({
  test: {
    include: ['{src,plugins,examples,test}/**/*.test.ts'],
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    alias: { 'betalogs-collector/sdk': sdk },
  },
});
