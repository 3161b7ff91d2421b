import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: join(import.meta.dirname, '..', '..'),
  test: {
    include: ['test/regtest/**/*.test.ts'],
    globalSetup: ['test/built.ts', 'test/crash/programs.ts', 'test/regtest/programs.ts'],
    // Each file has a chain and nodes of its own, which two cores are just enough for.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 180_000,
  },
});
