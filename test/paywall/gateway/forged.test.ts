import { join } from 'node:path';
import { test } from 'vitest';
import { tryForgeries } from './forging.ts';

test('500 forged or escalated tokens over open connections, each in 10 of 140 ways to ask: none is admitted, and the upstream hears nothing', async () => {
  await tryForgeries(join(import.meta.dirname, 'worker.ts'), 10);
}, 60_000);
