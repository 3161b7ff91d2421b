import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { vi } from 'vitest';

/** A command that goes on, and what it says. */
export interface Listener {
  readonly pid: number;
  stdout(): string;
  stderr(): string;
  /** The first JSON document on stdout, come or coming, of which these members are part; fails after 20 s. */
  // biome-ignore lint/suspicious/noExplicitAny: each event has members of its own, and tests say which.
  heard(members: Record<string, unknown>): Promise<any>;
  /** Waits for a text on stderr. */
  told(text: string): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  /** Its exit code; null if a signal ended it. */
  readonly exit: Promise<number | null>;
}

/** Listens to a command from its start on. */
export function listenTo(child: ChildProcess): Listener {
  const lines: string[] = [];
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', piece => {
    stdout += piece;
  });
  child.stderr?.on('data', piece => {
    stderr += piece;
  });
  if (child.stdout) createInterface({ input: child.stdout }).on('line', line => lines.push(line));
  const fits = (document: Record<string, unknown>, members: Record<string, unknown>) =>
    Object.entries(members).every(([name, value]) => document[name] === value);
  const options = { timeout: 20_000, interval: 20 };
  return {
    pid: child.pid ?? 0,
    stdout: () => stdout,
    stderr: () => stderr,
    heard: members =>
      vi.waitUntil(
        () => lines.map(line => JSON.parse(line)).find(document => fits(document, members)),
        options,
      ),
    told: async text => void (await vi.waitUntil(() => stderr.includes(text), options)),
    kill: signal => void child.kill(signal),
    exit: once(child, 'close').then(([code]) => code as number | null),
  };
}
