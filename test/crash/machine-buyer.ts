import { asTollkeeperError, silent, systemClock } from '../../src/base/index.ts';
import { openEgress } from '../../src/http/index.ts';
import { openKeyring } from '../../src/secrets/index.ts';
import { openStore, type Store } from '../../src/store/index.ts';
import { type Means, statusOf, type Task } from '../../src/task/index.ts';
import { openBuyer, openExecutor } from '../../src/task/open.ts';
import type { PayOutcome, Wallet } from '../../src/task/wallet.ts';
import { FREE_HAND, houseOf, orderOf, policyOf } from '../task/parts.ts';
import type { Asked, End, Word } from './machine-customer.ts';

// A process that buys one thing and is asked for another as long as somebody wants one. Its record is where it is
// told; its wallet is with its parent, who may take its time to answer.

const say = (word: Word): void => void process.send?.(word);
const [home = ''] = process.argv.slice(2);
const replies = new Map<number, (value: unknown) => void>();
const wanted: ((url: string) => void)[] = [];
process.on('message', (message: Asked) => {
  if ('url' in message) wanted.shift()?.(message.url);
  else replies.get(message.reply)?.(message.value);
});

/** Asks the parent, in whose hands the wallet is. */
function ask(method: string, ...args: readonly unknown[]): Promise<unknown> {
  const id = replies.size;
  return new Promise(resolve => {
    replies.set(id, resolve);
    say({ id, method, args });
  });
}

const wallet: Wallet = {
  status: () => Promise.reject(new Error('nobody asks')),
  pay: payment => ask('pay', payment) as Promise<PayOutcome>,
  lookUp: hash => ask('lookUp', hash) as Promise<PayOutcome>,
  sent: async () => [],
  close: async () => undefined,
};

/** Says what is wrong, and tries again until it is not. */
async function persist<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (thrown) {
      say({ trouble: asTollkeeperError(thrown).code });
      await systemClock.after(100);
    }
  }
}

async function open(): Promise<Store> {
  const sealer = await openKeyring(`${home}/keys`);
  const bodies = { maxCount: 5, maxTotalBytes: 100_000, maxEach: 10_000 };
  return openStore({ home, sealer, clock: systemClock, bodies });
}

const store = await persist(open);
const limits = { maxBodyBytes: 65_536, totalMs: 10_000, idleMs: 5_000, connectMs: 5_000 };
const egress = openEgress({ ...limits, maxRedirects: 3 });
const troubled = (fields: object): void =>
  say({ trouble: asTollkeeperError('error' in fields ? fields.error : undefined).code });
const means: Means = {
  ...store,
  egress,
  wallet: async () => {
    await ask('open');
    return wallet;
  },
  house: async () => houseOf(policyOf(FREE_HAND)),
  clock: systemClock,
  log: { ...silent, error: troubled },
};
const executor = openExecutor(means);
const buyer = openBuyer(means, executor);

async function buy(url: string): Promise<End> {
  const opened = await persist(() => buyer.buy(orderOf(url)));
  if (!opened.ok) throw new Error(opened.code);
  const isEnough = ({ facts }: Task, now: number) => statusOf(facts, now).final;
  const wait = () => buyer.wait(opened.value, { ms: 60_000, isEnough });
  const { facts } = await persist(wait);
  const { status, code, money } = statusOf(facts, systemClock.now());
  return { status, code, money, kinds: facts.map(({ kind }) => kind) };
}

for (;;) {
  const url = await new Promise<string>(resolve => {
    wanted.push(resolve);
    say({ ready: true });
  });
  say({ end: await buy(url) });
}
