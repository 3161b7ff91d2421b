import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/crash/**', 'test/regtest/**'],
    globalSetup: 'test/built.ts',
    testTimeout: 30_000,
    maxWorkers: 2,
  },
});
