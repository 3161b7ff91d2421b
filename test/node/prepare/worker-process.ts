import { type ExecaError, execa, type Result } from 'execa';
import { onTestFinished } from 'vitest';
import type { WorkerOrder } from './worker.ts';

const PROGRAM = new URL('worker.ts', import.meta.url).pathname;

/** A process that prepares, and what came of it. */
export interface Worker {
  kill(): void;
  /** What it said in the end; undefined if it was killed before. */
  readonly came: Promise<{ ok: boolean; code?: string; value?: { fresh: boolean } } | undefined>;
}

/** Starts a process that prepares, behind another command if one is given; it ends with its test at the latest. */
export function startWorker(order: WorkerOrder, command: readonly string[] = []): Worker {
  const [program = '', ...args] = [...command, process.execPath, PROGRAM];
  const child = execa(program, args, { input: JSON.stringify(order), reject: false });
  onTestFinished(() => void child.kill('SIGKILL'));
  const said = ({ stdout, signal, stderr }: Result | ExecaError) => {
    if (signal !== undefined) return undefined;
    if (stdout === '') throw new Error(String(stderr));
    return JSON.parse(String(stdout));
  };
  return { kill: () => void child.kill('SIGKILL'), came: child.then(said) };
}
