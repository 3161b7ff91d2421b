import { systemClock } from '../../src/base/index.ts';
import type { Means, TaskStore, Wallet } from '../../src/task/index.ts';
import { statusOf } from '../../src/task/index.ts';
import { openBuyer, openExecutor } from '../../src/task/open.ts';
import { FREE_HAND, houseOf, openParts, orderOf, policyOf } from './parts.ts';

/** Where a buyer's process may die. */
export type Death = 'never' | 'C0' | 'C1' | 'C2' | 'C3' | 'C5' | 'C8';

const never = new Promise<never>(() => undefined);
const die = (): Promise<never> => {
  process.kill(process.pid, 'SIGKILL');
  return never;
};

/** Dies inside the transaction that holds the sum: nothing of it may stay. */
function dyingStore(tasks: TaskStore): TaskStore {
  return {
    ...tasks,
    append: (taskId, reads, decide) =>
      tasks.append(taskId, reads, (facts, books) => {
        const verdict = decide(facts, books);
        const isT1 = 'append' in verdict && verdict.append.some(({ kind }) => kind === 'reserved');
        if (isT1) void die();
        return verdict;
      }),
  };
}

/** Dies before the wallet hears of a payment (C1), while it is on its way (C2), or when it has ended (C3, C8). */
function dyingWallet(wallet: Wallet, death: Death): Wallet {
  return {
    ...wallet,
    async pay(payment) {
      if (death === 'C1') return die();
      const paying = wallet.pay(payment);
      while (death === 'C2' && (await wallet.lookUp(payment.paymentHash)).kind !== 'in_flight');
      if (death === 'C2') return die();
      await paying;
      return die();
    },
  };
}

/** Means that end their process at a point of the crash matrix. */
function dying(means: Means, death: Death): Means {
  switch (death) {
    case 'never':
      return means;
    case 'C0':
      return { ...means, tasks: dyingStore(means.tasks) };
    case 'C5': {
      const { egress } = means;
      const exchange: typeof egress.exchange = (outgoing, ...rest) =>
        outgoing.authorization === undefined ? egress.exchange(outgoing, ...rest) : die();
      return { ...means, egress: { ...egress, exchange } };
    }
    default:
      return { ...means, wallet: async () => dyingWallet(await means.wallet(), death) };
  }
}

// A process that buys one thing: home, URL, where to die, and how far its clock is ahead, ms.
const [home = '', url = '', death = 'never', ahead = '0'] = process.argv.slice(2);
const clock = { ...systemClock, now: () => systemClock.now() + Number(ahead) };
const house = async () => houseOf(policyOf(FREE_HAND));
const parts = await openParts({ home, clock, house });
const means = dying(parts.means, death as Death);
const executor = openExecutor(means);
const buyer = openBuyer(means, executor);
const opened = await buyer.buy(orderOf(url));
if (!opened.ok) throw new Error(opened.code);
const isEnough: Parameters<typeof buyer.wait>[1]['isEnough'] = ({ facts }, now) =>
  statusOf(facts, now).final;
const { facts } = await buyer.wait(opened.value, { ms: 20_000, isEnough });
const { status, code, money } = statusOf(facts, clock.now());
process.stdout.write(JSON.stringify({ status, code, money, kinds: facts.map(({ kind }) => kind) }));
await executor.close();
await parts.close();
