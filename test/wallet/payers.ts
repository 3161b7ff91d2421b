import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { canonicalJson } from '../../src/base/index.ts';
import type { Payment } from '../../src/task/wallet.ts';

const PROGRAM = fileURLToPath(new URL('payer.ts', import.meta.url));

/** A wallet in another process. */
export interface Payer {
  /** Tells the process to pay; it does so in the order in which it was told. */
  tell(...payments: readonly Payment[]): void;
  /** Its next line: `<hash> <kind of outcome>`; undefined when it has ended. */
  answer(): Promise<string | undefined>;
  kill(): Promise<void>;
}

/** Starts a process with a wallet on the directory; resolves when the wallet is open. */
export async function startPayer(home: string): Promise<Payer> {
  const child: ChildProcess = spawn(process.execPath, [PROGRAM, home], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const { stdin, stdout } = child;
  if (!stdin || !stdout) throw new Error('no pipes');
  // What was told to a process that is being killed is lost, as it should be.
  stdin.on('error', () => undefined);
  const gone = once(child, 'exit');
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  const answer = async () => (await lines.next()).value as string | undefined;
  if ((await answer()) !== 'ready') throw new Error('the payer did not start');
  return {
    tell: (...payments) => stdin.write(payments.map(each => `${canonicalJson(each)}\n`).join('')),
    answer,
    kill: async () => {
      child.kill('SIGKILL');
      await gone;
    },
  };
}
