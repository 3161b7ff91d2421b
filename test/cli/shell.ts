import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The command as it is shipped. */
export const BUNDLE: string = join(import.meta.dirname, '../../dist/tollkeeper.js');

/** What came of a command. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The JSON documents of stdout, one a line; throws if any line is none. */
  // biome-ignore lint/suspicious/noExplicitAny: each command has documents of its own, and tests say which.
  readonly documents: () => any[];
}

/** A user of the machine, with a home of their own, who types commands. */
export interface Shell {
  /** A data directory that is not there yet. */
  freshHome(): string;
  /** Runs a command to its end, on a data directory. Nobody sits at its terminal, for there is none. */
  run(home: string, ...args: string[]): Promise<Ended>;
  /** Starts a command that goes on. */
  start(home: string, ...args: string[]): ChildProcess;
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Opens a shell in a directory of its own. What was started ends with it. */
export async function openShell(): Promise<Shell> {
  const root = await mkdtemp(join(tmpdir(), 'tollkeeper-cli-'));
  const env = { HOME: root, PATH: process.env.PATH ?? '' };
  const children: ChildProcess[] = [];
  let homes = 0;
  const start: Shell['start'] = (home, ...args) => {
    const child = spawn(process.execPath, [BUNDLE, ...args, '--home', home], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    return child;
  };
  return {
    env,
    start,
    freshHome() {
      homes += 1;
      return join(root, `home-${homes}`);
    },
    async run(home, ...args) {
      const child = start(home, ...args);
      const [stdout, stderr, [code]] = await Promise.all([
        textOf(child.stdout),
        textOf(child.stderr),
        once(child, 'exit') as Promise<[number | null]>,
      ]);
      const documents = () => stdout.trimEnd().split('\n').map(parsed);
      return { code, stdout, stderr, documents };
    },
    async close() {
      const running = children.filter(
        ({ exitCode, signalCode }) => exitCode === null && signalCode === null,
      );
      await Promise.all(
        running.map(child => {
          const ended = once(child, 'exit');
          child.kill();
          return ended;
        }),
      );
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** The first line that a child writes to stdout. */
export async function firstLine({ stdout }: ChildProcess): Promise<string> {
  let text = '';
  for await (const part of stdout ?? []) {
    text += part;
    if (text.includes('\n')) break;
  }
  return text.split('\n')[0] ?? '';
}

async function textOf(stream: ChildProcess['stdout']): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stream ?? []) parts.push(part);
  return Buffer.concat(parts).toString();
}

function parsed(line: string): unknown {
  return JSON.parse(line);
}
