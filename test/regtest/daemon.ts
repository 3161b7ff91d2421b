import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { until } from './until.ts';

/** A program of the rig that goes on until it is ended. */
export interface Daemon {
  readonly pid: number;
  /** Looks until there is something; fails with what the program said last. */
  until<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T>;
  /** Asks it to end, or ends it by force; resolves when it is gone. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

/** All that still run. They end with this process, however a test ends. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts a program that writes what it says to a file. */
export async function startDaemon(
  program: string,
  args: readonly string[],
  output: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Daemon> {
  const file = openSync(output, 'a');
  const child = spawn(program, args, { stdio: ['ignore', file, file], env });
  closeSync(file);
  await once(child, 'spawn');
  running.add(child);
  const gone = once(child, 'exit').then(() => void running.delete(child));
  return {
    pid: child.pid ?? 0,
    until: (what, look) =>
      until(`${basename(program)} ${what}`, look).catch(cause => {
        const said = readFileSync(output, 'utf8').slice(-2000);
        throw new Error(`${cause.message}; it said: ${said}`, { cause });
      }),
    async end(signal) {
      child.kill(signal);
      await gone;
    },
  };
}
