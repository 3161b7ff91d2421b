import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Job } from './jobs.ts';

/** A process on the same record: `ready` once it has opened it, `go` lets it do its job. */
export interface Worker<T> {
  readonly ready: Promise<unknown>;
  go(): Promise<T>;
}

/** Starts a worker. */
export function worker<T>([command, ...args]: readonly [string, ...string[]], job: Job): Worker<T> {
  const child = spawn(command, [...args, job], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const ended = once(child, 'exit');
  return {
    ready: lines.next(),
    go: async () => {
      child.stdin.end('go\n');
      const line = await lines.next();
      await ended;
      return JSON.parse(String(line.value)) as T;
    },
  };
}
