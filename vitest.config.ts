import { defineConfig } from 'vitest/config';
import { SLOW } from './test/slow.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/crash/**', 'test/regtest/**', ...SLOW],
    globalSetup: 'test/built.ts',
    testTimeout: 30_000,
    maxWorkers: 2,
  },
});
