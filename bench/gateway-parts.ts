import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** One server of the gateway's benchmark, see `gateway-part.ts`. */
export interface Part {
  readonly origin: string;
  /** What it has in memory once it has collected its garbage. */
  memory(): Promise<NodeJS.MemoryUsage>;
}

/** The servers that one benchmark started. */
export interface Parts {
  /** Starts one with these arguments; rejects if it ends before it serves. */
  open(...args: readonly string[]): Promise<Part>;
  /** Ends them all. */
  close(): void;
}

/** Starts nothing yet. */
export function gatewayParts(): Parts {
  const children: ChildProcess[] = [];
  return {
    async open(...args) {
      const options = { execArgv: ['--expose-gc'] };
      const child = fork(join(import.meta.dirname, 'gateway-part.ts'), args, options);
      children.push(child);
      const ended = once(child, 'exit').then(() => Promise.reject(new Error(`${args[0]} ended`)));
      const [origin] = await Promise.race([once(child, 'message'), ended]);
      return { origin: String(origin), memory: () => memoryOf(child) };
    },
    close() {
      for (const child of children) if (child.connected) child.disconnect();
    },
  };
}

async function memoryOf(child: ChildProcess): Promise<NodeJS.MemoryUsage> {
  child.send('memory');
  const [usage] = await once(child, 'message');
  return usage as NodeJS.MemoryUsage;
}
