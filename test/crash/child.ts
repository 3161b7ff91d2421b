import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { inject } from 'vitest';
import type { Answers, Command, Life, Line } from './buyer-port.ts';
import { decode, encode } from './wire.ts';

/** Starts one of the suite's programs; it ends at the latest with its standard input. */
export function startProgram(name: 'bank' | 'buyer', ...args: readonly string[]): ChildProcess {
  const program = join(inject('programs'), `${name}.mjs`);
  const flags = ['--enable-source-maps', '--disable-warning=ExperimentalWarning'];
  return spawn(process.execPath, [...flags, program, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}

/** A buyer in a process of its own. */
export interface Child {
  /** The codes with which the record refused what it wanted to write. */
  readonly refused: readonly string[];
  /** Resolves when it has ended, with the signal that ended it, if one did. */
  readonly gone: Promise<NodeJS.Signals | null>;
  /** Tells it to do something; rejects if that failed, or the process ended before it answered. */
  tell<K extends keyof Answers>(command: Command & { do: K }): Promise<Answers[K]>;
  /** Tells it to do something whose answer nobody waits for. */
  mention(command: Command): void;
  /** Resolves when it has written so often to the record, or has ended. */
  written(times: number): Promise<void>;
  /** Resolves when it halts at its point. */
  readonly halted: Promise<unknown>;
  kill(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void;
}

/** Starts a buyer; resolves when it has opened the record. */
export async function startBuyer(life: Life): Promise<Child> {
  const child = startProgram('buyer', encode(life));
  const { stdin, stdout } = child;
  if (!stdin || !stdout) throw new Error('no pipes');
  // What is told to a process that is being killed is lost, as it should be.
  stdin.on('error', () => undefined);
  let wrote = 0;
  const refused: string[] = [];
  const answers = new Map<number, PromiseWithResolvers<unknown>>();
  const halted = Promise.withResolvers<unknown>();
  const ready = Promise.withResolvers<void>();
  const news = new EventEmitter();
  const hear = (line: Line) => {
    if ('ready' in line) return ready.resolve();
    if ('halt' in line) return halted.resolve(line.halt);
    if ('answer' in line) return answers.get(line.to)?.resolve(line.answer);
    if ('broken' in line) return answers.get(line.to)?.reject(new Error(line.broken));
    if ('refused' in line) return refused.push(line.refused);
    wrote += 1;
    news.emit('wrote');
  };
  createInterface({ input: stdout }).on('line', text => hear(decode(text) as Line));
  const gone = once(child, 'close').then(([code, signal]) => {
    const end = new Error(`the buyer ended: ${signal ?? code}`);
    for (const answer of [...answers.values(), ready]) answer.reject(end);
    return signal as NodeJS.Signals | null;
  });

  const tell = (command: Command) => {
    const answer = Promise.withResolvers<unknown>();
    // Whoever does not wait for it need not hear that it never came.
    answer.promise.catch(() => undefined);
    answers.set(answers.size, answer);
    stdin.write(`${encode(command)}\n`);
    return answer.promise as Promise<never>;
  };
  await ready.promise;
  return {
    refused,
    gone,
    halted: halted.promise,
    tell,
    mention: command => void tell(command),
    async written(times) {
      const ended = gone.then(() => true);
      while (wrote < times) {
        if (await Promise.race([once(news, 'wrote').then(() => false), ended])) return;
      }
    },
    kill: signal => void child.kill(signal),
  };
}
