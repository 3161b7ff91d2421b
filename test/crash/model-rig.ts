import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AskId, asTollkeeperError, type Code, silent } from '../../src/base/index.ts';
import type { Exchanged, Outgoing } from '../../src/http/index.ts';
import { openKeyring } from '../../src/secrets/index.ts';
import { openStore, type Store } from '../../src/store/index.ts';
import { expire } from '../../src/task/change.ts';
import { deliver, giveUp } from '../../src/task/deliver.ts';
import type { Means, Task } from '../../src/task/index.ts';
import { judge, newNames } from '../../src/task/judge.ts';
import { lookUp } from '../../src/task/look-up.ts';
import { nextStep } from '../../src/task/next-step.ts';
import { openTask } from '../../src/task/order.ts';
import { pay } from '../../src/task/pay.ts';
import { probe } from '../../src/task/probe.ts';
import { recordStep, type Turn } from '../../src/task/record.ts';
import type { Payment, PayOutcome, Wallet } from '../../src/task/wallet.ts';
import { policyFrom } from '../policy/arbitrary.ts';
import { type HandClock, handClock } from '../task/hand-clock.ts';
import { houseOf, orderOf } from '../task/parts.ts';
import type { Ask, ModelTask, Process } from './model.ts';
import { SETTINGS, type SettingsName } from './model-settings.ts';

/** The real side: one record on the disk, opened by two processes, with a seller and a wallet that say what they are told. */
export interface Rig {
  readonly clock: HandClock;
  readonly stores: readonly [Store, Store];
  /** What the operator's settings are now. */
  settings: SettingsName;
  /** What the seller answers next, and what it was asked since. */
  reply: (outgoing: Outgoing) => Exchanged;
  readonly requests: Outgoing[];
  /** What the wallet answers next. */
  wallet: Pick<Wallet, 'pay' | 'lookUp'>;
  /** Every payment that the wallet was handed. */
  readonly handed: Payment[];
  /** Names of the model's tasks and questions in the record. */
  readonly tasks: Map<ModelTask, Task['id']>;
  readonly asks: Map<Ask, AskId>;
  load(task: ModelTask, process?: Process): Promise<Task>;
  order(task: Pick<ModelTask, 'shop' | 'item' | 'method' | 'afresh'>): ReturnType<typeof openTask>;
  /** Takes the step that is due, as the loop would. Returns its kind, and the code that stopped it. */
  step(process: Process, task: ModelTask, tenure: RigTenure): Promise<Stepped>;
  close(): Promise<void>;
}

/** What a process steps under: its fence, whether it is closing, and whether it still may pay. */
export interface RigTenure {
  readonly fence: number;
  readonly isClosing?: boolean;
  readonly isSure?: boolean;
}

/** What came of a step. */
export interface Stepped {
  readonly kind: string;
  readonly stopped: Code | undefined;
}

const UNKNOWN: PayOutcome = { kind: 'unknown', cause: 'unreachable' };

/** Opens a record of its own. */
export async function openRig(): Promise<Rig> {
  const home = await mkdtemp(join(tmpdir(), 'tollkeeper-model-'));
  const clock = handClock();
  const sealer = await openKeyring(join(home, 'keys'));
  const bodies = { maxCount: 1, maxTotalBytes: 1, maxEach: 1 };
  const open = () => openStore({ home, sealer, clock, bodies });
  const stores = [await open(), await open()] as const;
  const rig: Rig = {
    clock,
    stores,
    settings: 'usual',
    reply: () => ({ ok: false, code: 'L402TransportError', reached: false }),
    requests: [],
    wallet: { pay: async () => UNKNOWN, lookUp: async () => UNKNOWN },
    handed: [],
    tasks: new Map(),
    asks: new Map(),
    async load(task, process = 0) {
      const id = rig.tasks.get(task);
      const found = id && (await stores[process].tasks.load(id));
      if (!found) throw new Error(`the record lost task ${task.number}`);
      return found;
    },
    order({ shop, item, method, afresh }) {
      const order = orderOf(`https://${shop}/${item}`, { method, forceRefresh: afresh });
      return openTask({ tasks: stores[0].tasks, clock }, order);
    },
    async step(process, task, tenure) {
      const means = meansOf(rig, process);
      const loaded = await rig.load(task, process);
      const step = nextStep(loaded.facts, clock.now());
      const closing = tenure.isClosing ? AbortSignal.abort() : new AbortController().signal;
      const isSure = () => tenure.isSure ?? true;
      const turn: Turn = { fence: tenure.fence, isSure, closing, task: loaded, step };
      const stopped = await take(means, turn).then(
        () => undefined,
        thrown => asTollkeeperError(thrown).code,
      );
      return { kind: step.kind, stopped };
    },
    async close() {
      for (const store of stores) store.close();
      await rm(home, { recursive: true });
    },
  };
  return rig;
}

/** A process's parts: the record is real, its wallet and way out are the rig's. Nothing waits for the clock. */
function meansOf(rig: Rig, process: Process): Means {
  const wallet: Wallet = {
    status: () => Promise.reject(new Error('nobody asks')),
    async pay(payment) {
      rig.handed.push(payment);
      return rig.wallet.pay(payment);
    },
    lookUp: hash => rig.wallet.lookUp(hash),
    sent: async () => [],
    close: async () => undefined,
  };
  return {
    ...rig.stores[process],
    egress: {
      async exchange(outgoing) {
        rig.requests.push(outgoing);
        return rig.reply(outgoing);
      },
      close: async () => undefined,
    },
    wallet: async () => wallet,
    house: async () => houseOf(policyFrom(SETTINGS[rig.settings])),
    clock: { now: rig.clock.now, after: async () => undefined },
    log: silent,
  };
}

/** One step, as the loop takes it. */
async function take(means: Means, turn: Turn): Promise<unknown> {
  const { step } = turn;
  switch (step.kind) {
    case 'probe':
      return probe(means, { ...turn, step });
    case 'decide': {
      const house = await means.house();
      const names = newNames();
      return recordStep(means, turn, (facts, books, now) => [
        judge(facts, books, now, house, names),
      ]);
    }
    case 'pay':
      return pay(means, { ...turn, step });
    case 'look_up':
      return lookUp(means, { ...turn, step });
    case 'deliver':
      return deliver(means, { ...turn, step });
    case 'give_up':
      return recordStep(means, turn, giveUp(step.paid));
    case 'expire':
      return recordStep(means, turn, expire);
    case 'await_human':
    case 'done':
      return undefined;
  }
}
