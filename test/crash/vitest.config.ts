import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { SLOW } from '../slow.ts';

export default defineConfig({
  root: join(import.meta.dirname, '..', '..'),
  test: {
    include: ['test/crash/**/*.test.ts', ...SLOW],
    globalSetup: ['test/built.ts', 'test/crash/programs.ts'],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
