import { randomInt } from 'node:crypto';
import { scaled } from './scale.ts';

/**
 * How the model-based runs are chosen. In CI they are the same runs each time, so that a change is judged by what
 * it changed; the full scale looks for new ones, and a failure prints the seed that finds it again.
 */
export const RUNS: { readonly numRuns: number; readonly seed: number } = {
  numRuns: scaled(100, 1_000),
  seed: scaled(402, randomInt(2 ** 31)),
};

/** The most commands of one run. */
export const MOST_COMMANDS = 50;
