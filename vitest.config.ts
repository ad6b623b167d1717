import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const sdk = fileURLToPath(new URL('src/sdk/index.ts', import.meta.url));

export default defineConfig({
  test: {
    include: ['{src,plugins,examples,test}/**/*.test.ts'],
    pool: 'forks',
    testTimeout: 60_000,
    // Servers on a shared machine are now and then slow beyond every patience; what fails three times is broken.
    retry: process.env['CI'] === undefined ? 0 : 2,
    hookTimeout: 180_000,
    alias: { 'betalogs-collector/sdk': sdk },
  },
});
