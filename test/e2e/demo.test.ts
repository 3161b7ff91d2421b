import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { openShell, type Shell } from '../cli/shell.ts';

const DEMO = join(import.meta.dirname, '../../demo/demo.ts');
/** How long the whole demo may take, ms. */
const MOST_MS = 30_000;

/** A line of `--json`: one step of the story. Amounts in msat. */
const told = z.strictObject({
  step: z.string(),
  status: z.string(),
  code: z.string().optional(),
  paidMsat: z.int().min(0),
  feeMsat: z.int().min(0),
  paymentsMade: z.int().min(0),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  ms: z.int().min(0),
  asTold: z.boolean(),
});

describe('the demo without a terminal', () => {
  let shell: Shell;
  let stdout: string;
  let ms: number;
  beforeAll(async () => {
    shell = await openShell();
    const startedAt = performance.now();
    // Rejects unless the exit code is 0.
    const demo = promisify(execFile)(process.execPath, [DEMO, '--json'], {
      env: shell.env,
      timeout: MOST_MS,
    });
    ({ stdout } = await demo);
    ms = performance.now() - startedAt;
  }, MOST_MS + 5000);
  afterAll(() => shell.close());

  const steps = () =>
    stdout
      .trimEnd()
      .split('\n')
      .map(line => told.parse(JSON.parse(line)));

  test('ends with 0 within half a minute, having printed one JSON object a step and nothing else', () => {
    expect(ms).toBeLessThan(MOST_MS);
    expect(stdout.endsWith('}\n')).toBe(true);
    expect(steps()).toHaveLength(12);
  });

  test('tells its steps in order, and the shop counts one payment in all of them', () => {
    const summary = steps().map(({ step, status, code, paidMsat, paymentsMade }) => ({
      step,
      outcome: code ?? status,
      paidMsat,
      paymentsMade,
    }));
    expect(summary).toEqual([
      { step: 'quote', outcome: 'quoted', paidMsat: 0, paymentsMade: 0 },
      { step: 'purchase', outcome: 'completed', paidMsat: 100_000, paymentsMade: 1 },
      { step: 'read', outcome: 'verified', paidMsat: 0, paymentsMade: 1 },
      { step: 'again', outcome: 'cached', paidMsat: 0, paymentsMade: 1 },
      { step: 'over-cap', outcome: 'amount_over_cap', paidMsat: 0, paymentsMade: 1 },
      { step: 'no', outcome: 'approval_declined', paidMsat: 0, paymentsMade: 1 },
      { step: 'budget', outcome: 'BUDGET_EXCEEDED', paidMsat: 0, paymentsMade: 1 },
      { step: 'paywall', outcome: 'ok', paidMsat: 0, paymentsMade: 1 },
      { step: 'own-buyer', outcome: 'completed', paidMsat: 20_000, paymentsMade: 1 },
      { step: 'foreign-buyer', outcome: 'completed', paidMsat: 20_000, paymentsMade: 1 },
      { step: 'settlements', outcome: 'ok', paidMsat: 0, paymentsMade: 1 },
      { step: 'pause', outcome: 'paused', paidMsat: 0, paymentsMade: 1 },
    ]);
    const refused = steps().filter(({ code }) => code !== undefined);
    expect(refused.map(({ status }) => status)).toEqual(['blocked', 'blocked', 'blocked']);
    expect(steps().every(({ asTold }) => asTold)).toBe(true);
  });

  test('shows the same body by its SHA-256 when it is bought, read, and used again', () => {
    const hashed = steps().filter(({ step }) => ['purchase', 'read', 'again'].includes(step));
    expect(hashed.every(({ sha256 }) => sha256 !== undefined)).toBe(true);
    expect(new Set(hashed.map(({ sha256 }) => sha256)).size).toBe(1);
  });
});
