import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { type AskId, DAY, type Msat, newId, SECOND } from '../../src/base/index.ts';
import type { Limits } from '../../src/http/index.ts';
import type { WrittenSettings } from '../../src/policy/index.ts';
import type { Store } from '../../src/store/index.ts';
import type { HumanAnswer } from '../../src/task/answer.ts';
import {
  type Answered,
  type Buyer,
  type Executor,
  type FactKind,
  type HumanVerdict,
  type Means,
  type Status,
  statusOf,
  type Task,
} from '../../src/task/index.ts';
import { openBuyer, openExecutor } from '../../src/task/open.ts';
import { openSandbox, type Sandbox } from '../../src/wallet/index.ts';
import { type HandClock, handClock } from './hand-clock.ts';
import { houseOf, openParts, orderOf, policyOf, type Want } from './parts.ts';
import { openSeller, type Seller } from './seller.ts';

/** A place with sellers, a sandbox wallet, a record, and a buyer who works with them. */
export interface Market {
  readonly home: string;
  readonly clock: HandClock;
  readonly sandbox: Sandbox;
  readonly store: Store;
  readonly means: Means;
  readonly buyer: Buyer;
  readonly executor: Executor;
  /** The operator edits the settings: these sections take the place of the ones before. */
  set(settings: WrittenSettings): void;
  /** The settings can no longer be read. */
  break(): void;
  seller(): Promise<Seller>;
  /** Starts a purchase; throws if it is refused. */
  buy(url: string, want?: Want): Promise<Task>;
  /** Waits, in real time at most 10 s, until a task is so; the market's clock stands still. */
  until(task: Task, isSo: (task: Task, now: number) => boolean): Promise<Task>;
  /** Waits until nothing more happens to a task by itself. */
  ended(task: Task): Promise<Status>;
  /** Waits for the question that a task puts to a human. */
  asked(task: Task): Promise<AskId>;
  /** Waits for the question and answers it. */
  say(task: Task, word: Word, via?: HumanAnswer['via']): Promise<Answered>;
  /** Lets a time pass in steps, so that what falls due within it is done within it. */
  pass(ms: number, step?: number): Promise<void>;
  /** Lets time pass second by second until nothing more happens to a task by itself. */
  outlast(task: Task): Promise<Status>;
  status(task: Task): Promise<Status>;
  kinds(task: Task): Promise<readonly FactKind[]>;
  /** Payments that the ledger settled. */
  debits(): Promise<number>;
  /** Ends the executor and starts another on the same record, as after a restart. */
  restart(change?: (means: Means) => Means): Promise<void>;
  close(): Promise<void>;
}

/** What a human can say: this once, no, or this host for up to so much today. */
export type Word = 'once' | 'no' | Msat;

/** What a market may have otherwise than others. */
export interface MarketPlan {
  readonly settings?: WrittenSettings;
  readonly limits?: Partial<Limits>;
  /** Wraps a part: to count calls, or to let one fail. */
  readonly means?: (means: Means) => Means;
}

const FOREVER = 10_000 * DAY;

/** Opens a market that ends with the test that opened it. */
export async function visitMarket(plan?: MarketPlan): Promise<Market> {
  const market = await openMarket(plan);
  onTestFinished(() => market.close());
  return market;
}

/** Opens a market; whoever opens it closes it. */
export async function openMarket(plan: MarketPlan = {}): Promise<Market> {
  const home = await mkdtemp(join(tmpdir(), 'tollkeeper-task-'));
  const clock = handClock();
  let settings: WrittenSettings = plan.settings ?? {};
  let broken = false;
  const house = async () => houseOf(policyOf(settings), broken);
  const sandbox = await openSandbox({ home, clock });
  const parts = await openParts({ home, clock, house, limits: plan.limits });
  const { store } = parts;
  const sellers: Seller[] = [];
  const work = watchWork(parts.means);
  const plain = work.means;
  let desk = openDesk((plan.means ?? (means => means))(plain));

  /** Closes the executor; a payment that is waited for has all the time it wants. */
  const leave = async (): Promise<void> => {
    let isOver = false;
    const closed = desk.executor.close().finally(() => {
      isOver = true;
    });
    while (!isOver) {
      await setImmediate();
      clock.move(SECOND);
    }
    await closed;
  };
  /** Waits until nothing is on the wire or in the record's hands, and the loop over the open tasks sleeps or none is open. */
  const rest = async (): Promise<void> => {
    for (let isAsleep = false; !isAsleep || work.isUnderWay(); ) {
      do await setImmediate();
      while (work.isUnderWay());
      const mark = store.news.mark();
      if ((await store.tasks.unfinished()).length === 0) return;
      const asleep = clock.asleep(1, SECOND).then(() => true);
      const over = new AbortController();
      const news = store.news.after(mark, FOREVER, over.signal).then(() => false);
      isAsleep = await Promise.race([asleep, news]);
      over.abort();
    }
  };

  const market: Market = {
    home,
    clock,
    sandbox,
    store,
    get means() {
      return desk.means;
    },
    get buyer() {
      return desk.buyer;
    },
    get executor() {
      return desk.executor;
    },
    set(changes) {
      settings = { ...settings, ...changes };
    },
    break() {
      broken = true;
    },
    async seller() {
      const opened = await openSeller(sandbox);
      sellers.push(opened);
      return opened;
    },
    async buy(url, want) {
      const opened = await desk.buyer.buy(orderOf(url, want));
      if (!opened.ok) throw new Error(`${opened.code}: ${opened.detail}`);
      return opened.value;
    },
    async until(task, isSo) {
      const waiting = { ms: FOREVER, isEnough: isSo, signal: AbortSignal.timeout(10_000) };
      const found = await desk.buyer.wait(task, waiting);
      if (isSo(found, clock.now())) return found;
      throw new Error(`It never came to that: ${kindsOf(found).join(' ')}.`);
    },
    async ended(task) {
      await market.until(task, ({ facts }, now) => statusOf(facts, now).final);
      return market.status(task);
    },
    async asked(task) {
      const waits = ({ facts }: Task, now: number) =>
        statusOf(facts, now).code === 'APPROVAL_REQUIRED';
      const { facts } = await market.until(task, waits);
      return facts.findLast(fact => fact.kind === 'asked')!.askId;
    },
    async say(task, word, via = 'elicitation') {
      const askId = await market.asked(task);
      return desk.buyer.answer(task, { askId, verdict: verdictOf(word), via });
    },
    async pass(ms, step = SECOND) {
      for (let passed = 0; passed < ms; passed += step) {
        await rest();
        clock.move(step);
      }
      await rest();
    },
    async outlast(task) {
      while (!(await market.status(task)).final) await market.pass(SECOND);
      return market.status(task);
    },
    async status(task) {
      return statusOf((await store.tasks.load(task.id))!.facts, clock.now());
    },
    async kinds(task) {
      return kindsOf((await store.tasks.load(task.id))!);
    },
    async debits() {
      return (await sandbox.counts()).payments;
    },
    async restart(change = means => means) {
      await leave();
      desk = openDesk(change(plain));
      desk.executor.wake();
    },
    async close() {
      await leave();
      await parts.close();
      await Promise.all(sellers.map(seller => seller.close()));
      await sandbox.close();
      await rm(home, { recursive: true });
    },
  };
  return market;
}

/** The kinds of a task's facts, in order. */
export function kindsOf({ facts }: Task): readonly FactKind[] {
  return facts.map(({ kind }) => kind);
}

/** The means, and whether any call of the record or the way out is under way. */
function watchWork(means: Means): { readonly means: Means; isUnderWay(): boolean } {
  let underWay = 0;
  const watched = <Part extends object>(part: Part): Part =>
    Object.fromEntries(
      Object.entries(part).map(([name, call]) => [
        name,
        async (...what: unknown[]) => {
          underWay += 1;
          try {
            return await call(...what);
          } finally {
            underWay -= 1;
          }
        },
      ]),
    ) as Part;
  const { tasks, lease, audits, credentials, egress } = means;
  return {
    means: {
      ...means,
      tasks: watched(tasks),
      lease: watched(lease),
      audits: watched(audits),
      credentials: watched(credentials),
      egress: watched(egress),
    },
    isUnderWay: () => underWay > 0,
  };
}

function openDesk(means: Means) {
  const executor = openExecutor(means);
  return { means, executor, buyer: openBuyer(means, executor) };
}

function verdictOf(word: Word): HumanVerdict {
  if (typeof word === 'string') return { kind: word };
  return { kind: 'today', limit: word, allowanceId: newId('allow') };
}
