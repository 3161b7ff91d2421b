import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { placeOf } from '../../src/node/index.ts';
import { readNote } from '../../src/node/note.ts';
import { processIn, signal } from '../../src/node/process-id.ts';
import { type Keyboard, sitDown } from './keyboard.ts';

/** The command as it is shipped. */
export const BUNDLE: string = join(import.meta.dirname, '../../dist/tollkeeper.js');

/** What a command answered. */
// biome-ignore lint/suspicious/noExplicitAny: each command has a document of its own, and tests say which.
export type Answer = any;

/** What came of a command. */
export interface Came {
  readonly code: number;
  readonly answer: Answer;
  readonly said: string;
}

/** Somebody with a data directory, who runs their node by our commands alone. */
export interface Operator {
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  /** Runs a command to its end, with nobody at a terminal. */
  run(...args: readonly string[]): Promise<Came>;
  /** The same for one that has to go well; its document. */
  does(...args: readonly string[]): Promise<Answer>;
  /** Starts a command that goes on. */
  start(...args: readonly string[]): ChildProcess;
  /** Sits down at a command. */
  sit(...args: readonly string[]): Keyboard;
  /** Ends what was started here, lnd first. */
  leave(): Promise<void>;
}

/** Somebody new, with a home in a directory of the rig's, who wrote these settings. */
export async function newOperator(directory: string, settings: object): Promise<Operator> {
  const home = join(directory, 'home');
  await mkdir(home, { recursive: true, mode: 0o700 });
  await writeFile(join(home, 'settings.json'), JSON.stringify(settings), { mode: 0o600 });
  // HOME is moved, so that the compile cache of no human is touched.
  const env = { HOME: directory, PATH: process.env.PATH ?? '' };
  const command = (args: readonly string[]) => [BUNDLE, ...args, '--home', home];
  process.once('exit', () => abandon(home));
  const run: Operator['run'] = async (...args) => {
    const child = spawn(process.execPath, command([...args, '--json']), {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [stdout, said, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close') as Promise<[number]>,
    ]);
    return { code, said, answer: stdout === '' ? undefined : JSON.parse(stdout) };
  };
  const started: ChildProcess[] = [];
  return {
    home,
    env,
    run,
    async does(...args) {
      const { code, answer, said } = await run(...args);
      if (code === 0) return answer;
      throw new Error(`${args.join(' ')}: ${code} ${JSON.stringify(answer)} ${said}`);
    },
    start(...args) {
      const child = spawn(process.execPath, command(args), { env, stdio: 'ignore' });
      started.push(child);
      return child;
    },
    sit: (...args) => sitDown([process.execPath, ...command(args)], { ...env, TERM: 'xterm' }),
    async leave() {
      await run('node', 'stop');
      for (const child of started) child.kill('SIGKILL');
      abandon(home);
    },
  };
}

/** Ends the keeper and the lnd of a data directory that a test left behind. */
function abandon(home: string): void {
  const { lock, run } = placeOf(home, 'regtest');
  for (const written of [readNote(lock), readNote(run).lnd]) {
    const left = processIn(written);
    if (left !== undefined) signal(left, 'SIGKILL');
  }
}
