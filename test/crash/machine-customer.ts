import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Code } from '../../src/base/index.ts';
import type { FactKind, Status } from '../../src/task/index.ts';
import type { Payment, Wallet } from '../../src/task/wallet.ts';

/** What came of a purchase. */
export interface End extends Pick<Status, 'status' | 'code' | 'money'> {
  readonly kinds: readonly FactKind[];
}

/** What the process of `machine-buyer.ts` says. */
export type Word =
  | { readonly ready: true }
  | { readonly trouble: Code }
  | { readonly end: End }
  | { readonly id: number; readonly method: string; readonly args: readonly unknown[] };

/** What it is told. */
export type Asked = { readonly url: string } | { readonly reply: number; readonly value: unknown };

/** Where a customer works, and through whom they pay. */
export interface Counter {
  readonly home: string;
  readonly wallet: Pick<Wallet, 'pay' | 'lookUp'>;
  /** What its command is put behind. */
  readonly command?: readonly string[];
  /** Is awaited before the wallet is given to the process: the last thing before T1, and before each look-up. */
  readonly beforeWallet?: () => unknown;
  /** Is awaited before the process hears what the wallet says. */
  readonly afterPay?: () => unknown;
}

/** A process that buys, with its record at one place and its wallet in the hands of the test. */
export interface Customer {
  /** The codes of all that went wrong so far. */
  readonly troubles: readonly Code[];
  /** Payments and look-ups so far. */
  readonly calls: readonly string[];
  /** Resolves when so many things have gone wrong. */
  troubled(times: number): Promise<void>;
  /** Has it buy; resolves when nothing more happens by itself. */
  buy(url: string): Promise<End>;
  isAlive(): boolean;
  /** Lets no file of it grow or change (RLIMIT_FSIZE), so that each write is an error of the machine; or lets it again. */
  limitFiles(isLimited: boolean): Promise<void>;
  kill(): Promise<void>;
}

/** Starts a customer; what they cannot open they try again to. */
export function startCustomer(counter: Counter): Customer {
  const program = join(import.meta.dirname, 'machine-buyer.ts');
  const flags = ['--disable-warning=ExperimentalWarning'];
  const all = [...(counter.command ?? []), process.execPath, ...flags, program, counter.home];
  const child = spawn(all[0] ?? '', all.slice(1), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  const exited = once(child, 'exit');
  const news = new EventEmitter();
  const troubles: Code[] = [];
  const calls: string[] = [];
  const ends: End[] = [];
  let isReady = false;

  child.on('message', (word: Word) => {
    if ('ready' in word) isReady = true;
    else if ('trouble' in word) troubles.push(word.trouble);
    else if ('end' in word) ends.push(word.end);
    else void serve(child, counter, calls, word);
    news.emit('word');
  });
  const until = async (isSo: () => boolean): Promise<void> => {
    while (!isSo()) {
      const gone = exited.then(([code, signal]) => {
        throw new Error(`the customer ended: ${signal ?? code}`);
      });
      await Promise.race([once(news, 'word'), gone]);
    }
  };
  return {
    troubles,
    calls,
    troubled: times => until(() => troubles.length >= times),
    async buy(url) {
      await until(() => isReady);
      isReady = false;
      const count = ends.length;
      child.send({ url } satisfies Asked);
      await until(() => ends.length > count);
      return ends[count] as End;
    },
    isAlive: () => child.exitCode === null && child.signalCode === null,
    async limitFiles(isLimited) {
      const limit = isLimited ? '--fsize=0:unlimited' : '--fsize=unlimited:unlimited';
      await promisify(execFile)('prlimit', ['--pid', String(child.pid), limit]);
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Answers one call for the wallet. */
async function serve(
  child: ChildProcess,
  { wallet, beforeWallet, afterPay }: Counter,
  calls: string[],
  { id, method, args }: Extract<Word, { id: number }>,
): Promise<void> {
  const value = await answer();
  // Whoever was killed meanwhile needs no answer.
  if (child.connected) child.send({ reply: id, value } satisfies Asked);

  async function answer(): Promise<unknown> {
    if (method === 'open') return beforeWallet?.();
    calls.push(method);
    if (method !== 'pay') return wallet.lookUp(args[0] as string);
    const outcome = await wallet.pay(args[0] as Payment);
    await afterPay?.();
    return outcome;
  }
}
