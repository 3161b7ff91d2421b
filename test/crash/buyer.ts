import { createInterface } from 'node:readline';
import type { Means } from '../../src/task/index.ts';
import { statusOf } from '../../src/task/index.ts';
import { openBuyer, openExecutor } from '../../src/task/open.ts';
import { houseOf, openParts, orderOf, policyOf } from '../task/parts.ts';
import { walletAt } from './bank-port.ts';
import type { Answers, Command, Life, Line } from './buyer-port.ts';
import { answerAll } from './human.ts';
import { lndWalletFrom } from './lnd-wallet.ts';
import { machineClock } from './machine-clock.ts';
import { halting } from './points.ts';
import { prepare, reserveAll } from './reservations.ts';
import { decode, encode } from './wire.ts';

// A buyer's process on a data directory, with the bank as its wallet. It obeys the lines of its standard
// input, all at once, and says what it writes to the record.
const { home, socket, lnd, clockFile, settings, halt, human } = decode(
  process.argv[2] ?? '',
) as Life;
const say = (line: Line) => process.stdout.write(`${encode(line)}\n`);
const clock = machineClock(clockFile);
const policy = policyOf(settings);
const house = async () => houseOf(policy);
const wallet = async () => (lnd ? lndWalletFrom(lnd, clock) : walletAt(socket));
const parts = await openParts({ home, clock, house, wallet });
const told = telling(parts.means);
const means = halt === undefined ? told : halting(told, halt);
const executor = openExecutor(means);
const buyer = openBuyer(means, executor);

function telling(plain: Means): Means {
  const append: Means['tasks']['append'] = async (...what) => {
    const recorded = await plain.tasks.append(...what);
    const { facts, rejected } = recorded;
    say(rejected === undefined ? { wrote: facts.at(-1)?.kind ?? '' } : { refused: rejected });
    return recorded;
  };
  return { ...plain, tasks: { ...plain.tasks, append } };
}

const FOREVER = 10 ** 9;

const obey: { [K in keyof Answers]: (command: Command & { do: K }) => Promise<Answers[K]> } = {
  async buy({ url, want }) {
    const opened = await buyer.buy(orderOf(url, want));
    if (!opened.ok) throw new Error(`${opened.code}: ${opened.detail}`);
    const isEnough: Parameters<typeof buyer.wait>[1]['isEnough'] = ({ facts }, now) =>
      statusOf(facts, now).final;
    const { id, facts } = await buyer.wait(opened.value, { ms: FOREVER, isEnough });
    const { status, code, money } = statusOf(facts, clock.now());
    return { status, code, money, taskId: id };
  },
  async finish({ ms }) {
    executor.wake();
    const until = performance.now() + ms;
    for (;;) {
      const mark = means.news.mark();
      if ((await means.tasks.unfinished()).length === 0) return true;
      const left = until - performance.now();
      if (left <= 0) return false;
      await means.news.after(mark, left);
    }
  },
  async prepare({ count }) {
    await prepare(means, count);
    return true;
  },
  reserve: () => reserveAll(means),
  async close() {
    await executor.close();
    await parts.close();
    return true;
  },
};

async function serve(to: number, command: Command): Promise<void> {
  try {
    say({ answer: await obey[command.do](command as never), to });
  } catch (thrown) {
    say({ broken: String(thrown), to });
  }
  if (command.do === 'close') process.exit();
}

if (human) void answerAll(means, buyer);
say({ ready: true });
let number = 0;
for await (const line of createInterface({ input: process.stdin })) {
  void serve(number, decode(line) as Command);
  number += 1;
}
// Nobody is left to obey: the test has ended.
process.exit();
