import fc from 'fast-check';
import { expect } from 'vitest';
import { type Code, DAY, HOUR, MINUTE, type Msat, SECOND } from '../../src/base/index.ts';
import type { Exchanged } from '../../src/http/index.ts';
import { unlocks } from '../../src/l402/index.ts';
import { purchaseOf } from '../../src/task/index.ts';
import type { Payment, PayOutcome } from '../../src/task/wallet.ts';
import {
  type Due,
  dueOf,
  type Invoice,
  lowest,
  type Model,
  type ModelTask,
  type WalletEntry,
} from './model.ts';
import { type Command, commandsOf, dueTask, holderOf, pass, picked } from './model-command.ts';
import { trueInvoice } from './model-invoices.ts';
import { take } from './model-lease.ts';
import {
  carriedBy,
  type Delivery,
  delivered,
  entryOf,
  givenUp,
  heard,
  maySendAgain,
  missed,
  probed,
  type Reply,
  type Taking,
  taken,
} from './model-moves.ts';
import type { Rig, RigTenure } from './model-rig.ts';
import { hold, judge } from './model-rules.ts';
import { SETTINGS } from './model-settings.ts';

// The steps of the loop, each taken once by the process that holds the lease.

const pick = fc.nat(1000);
const sat = 1000n;
const prices = fc.constantFrom(
  sat,
  40n * sat,
  60n * sat,
  99n * sat,
  100_001n,
  150n * sat,
  151n * sat,
);

/** Has the holder of the lease take a task's due step, which has to be of this kind. Returns what stopped it. */
async function step(model: Model, rig: Rig, kind: Due, task: ModelTask, more: Tenure = {}) {
  const process = holderOf(model);
  if (process === undefined) throw new Error('nobody holds the lease');
  const stepped = await rig.step(process, task, { fence: model.lease.fence, ...more });
  expect(stepped.kind).toBe(kind);
  return stepped.stopped;
}

type Tenure = Omit<RigTenure, 'fence'>;

const can =
  (due: Due) =>
  (model: Model): boolean =>
    holderOf(model) !== undefined && dueTask(model, due, 0) !== undefined;

const due = (model: Model, kind: Due, choice: number): ModelTask => {
  const task = dueTask(model, kind, choice);
  if (task === undefined) throw new Error(`no task is due to ${kind}`);
  return task;
};

function answer(url: string, status: number, challenges: readonly string[] = []): Exchanged {
  const { origin } = new URL(url);
  const bytes = new Uint8Array();
  return {
    ok: true,
    value: { url, origin, status, contentType: undefined, challenges, bytes, sha256: '' },
  };
}

const LOST: Exchanged = { ok: false, code: 'L402TransportError', reached: true };

/** Whether the seller was shown the preimage of just this invoice, or of none. */
function checkShown({ requests }: Rig, invoice: Invoice | undefined): void {
  for (const { authorization } of requests) {
    const preimage = authorization?.split(':').at(-1);
    if (invoice === undefined) expect(authorization).toBeUndefined();
    else expect(unlocks(preimage ?? '', trueInvoice(invoice).hash)).toBe(true);
  }
}

const asking = fc.record({
  choice: pick,
  reply: fc.constantFrom<Reply>('price', 'price', 'price', 'price', 'price', 'free', 'fail', 'cut'),
  amount: prices,
  ttl: fc.constantFrom(MINUTE, 5 * MINUTE, HOUR),
  isOld: fc.nat(19).map(n => n === 0),
});

/** A seller names a price, answers for nothing, or not at all. */
export const probe = commandsOf('ask for the price', asking, {
  can: can('probe'),
  async run(model, rig, { choice, reply, amount, ttl, isOld }) {
    const task = due(model, 'probe', choice);
    const invoice = (isOld ? model.invoices.at(-1) : undefined) ?? newInvoice(model, amount, ttl);
    const { challenge } = trueInvoice(invoice);
    rig.reply = ({ url }) => {
      if (reply === 'price') return answer(url, 402, [challenge]);
      return reply === 'free' ? answer(url, 200) : LOST;
    };
    rig.requests.length = 0;
    const carried = carriedBy(model, task)?.invoice;
    task.phase = probed(model, task, reply, invoice);
    expect(await step(model, rig, 'probe', task, { isClosing: reply === 'cut' })).toBeUndefined();
    checkShown(rig, carried);
    await learnAsk(rig, task);
  },
});

function newInvoice(model: Model, amount: bigint, ttl: number): Invoice {
  const { now: createdAt, invoices } = model;
  const number = invoices.length;
  const invoice = { number, amount, createdAt, expiresAt: createdAt + ttl, used: false };
  invoices.push(invoice);
  return invoice;
}

/** Learns under which name the record keeps the question that a task waits with, if it does. */
async function learnAsk(rig: Rig, task: ModelTask): Promise<void> {
  if (task.phase.is !== 'asked') return;
  const { asked } = purchaseOf((await rig.load(task)).facts);
  if (asked === undefined) throw new Error('nothing was asked');
  expect(asked).toMatchObject({
    ceiling: task.phase.ask.ceiling,
    expiresAt: task.phase.ask.expiresAt,
  });
  rig.asks.set(task.phase.ask, asked.askId);
}

/** A yes that nobody used in time: the policy is asked anew. */
export const decide = commandsOf('decide anew', pick, {
  can: can('decide'),
  async run(model, rig, choice) {
    const task = due(model, 'decide', choice);
    if (task.phase.is !== 'approved') throw new Error('it has no quote');
    task.phase = judge(model, task, task.phase.invoice);
    expect(await step(model, rig, 'decide', task)).toBeUndefined();
    await learnAsk(rig, task);
  },
});

/** A question that nobody answered in time is closed. */
export const expire = commandsOf('close a lapsed question', pick, {
  can: can('expire'),
  async run(model, rig, choice) {
    const task = due(model, 'expire', choice);
    if (task.phase.is === 'asked') task.phase.ask.fate = 'answered';
    task.phase = { is: 'ended', end: { kind: 'expired' } };
    expect(await step(model, rig, 'expire', task)).toBeUndefined();
  },
});

const takings = fc.constantFrom<Taking>(
  ...(['settled', 'settled', 'settled', 'settled', 'failed', 'in_flight', 'in_flight'] as const),
  ...([
    'answer_lost',
    'unreached',
    'unreached',
    'wrong_preimage',
    'dies',
    'dies',
    'stolen',
  ] as const),
);
const fees = fc.constantFrom(0n, 500n, 2_000n);

/** T1; then the wallet is handed the payment, or the process ends before or after that. */
export const pay = commandsOf('pay', fc.record({ choice: pick, taking: takings, fee: fees }), {
  can: can('pay'),
  async run(model, rig, { choice, taking, fee }) {
    const task = due(model, 'pay', choice);
    if (task.phase.is !== 'approved') throw new Error('nothing is approved');
    const { invoice } = task.phase;
    const before = rig.handed.length;
    const { fence } = model.lease;
    rig.wallet = walletOf(model, rig, task, taking, fee);
    task.phase = hold(model, task);
    const isHeld = isNowHeld(task);
    const stopped = await step(model, rig, 'pay', task, { isSure: taking !== 'dies' });
    checkHanded(rig.handed.slice(before), isHeld, taking, stopped);
    if (isHeld) {
      await checkCaps(model, rig, task);
      hearPaid(model, task, invoice, fence);
    }
    await learnAsk(rig, task);
  },
});

function isNowHeld({ phase }: ModelTask): boolean {
  return phase.is === 'held';
}

/** What the model learns of a payment that was handed over, unless the lease was lost meanwhile. */
function hearPaid(model: Model, task: ModelTask, invoice: Invoice, fence: number): void {
  const entry = entryOf(model, invoice);
  const isHeard = entry !== undefined && !model.unheard.has(entry);
  if (isHeard && model.lease.fence === fence) task.phase = heard(model, task, entry);
}

/** Right after a sum was held, every window has room for what is spent and held, under the settings of now. */
async function checkCaps({ settings, now }: Model, { stores }: Rig, { shop: host }: ModelTask) {
  const { caps } = SETTINGS[settings];
  const { spend } = await stores[1].ledger.books({ owner: 'local', host, now });
  expect(spend.hostDay).toBeLessThanOrEqual(BigInt(caps.hostSats) * sat);
  expect(spend.hour).toBeLessThanOrEqual(BigInt(caps.hourSats) * sat);
  expect(spend.day).toBeLessThanOrEqual(BigInt(caps.daySats) * sat);
  expect(spend.total).toBeLessThanOrEqual(BigInt(caps.totalSats) * sat);
}

/** A wallet that takes one payment as it is told to, and tells the truth about those that it knows. */
function walletOf(
  model: Model,
  rig: Rig,
  task: ModelTask,
  taking: Taking,
  fee: bigint,
): Rig['wallet'] {
  return {
    async pay(payment) {
      const { phase } = task;
      if (phase.is !== 'held') throw new Error('the wallet is handed what is not held');
      await checkDurable(model, rig, task, payment);
      const cost = lowest(fee, phase.feeLimit);
      taken(model, phase.invoice, taking, cost);
      const entry = entryOf(model, phase.invoice);
      if (taking === 'stolen') await steal(model, rig);
      if (taking === 'answer_lost' && entry) model.unheard.add(entry);
      return entry === undefined || taking === 'answer_lost' ? UNREACHABLE : outcomeOf(entry);
    },
    lookUp: async () => UNREACHABLE,
  };
}

const UNREACHABLE: PayOutcome = { kind: 'unknown', cause: 'unreachable' };
const NOT_FOUND: PayOutcome = { kind: 'unknown', cause: 'not_found' };

/** While a payment is under way its process stops for 11 s, and the other takes the lease. */
async function steal(model: Model, rig: Rig): Promise<void> {
  const holder = holderOf(model);
  pass(model, rig, 11 * SECOND);
  await take(model, rig, holder === 0 ? 1 : 0);
}

/** Before the wallet hears of a payment, another process can read that it is held and about to be sent. */
async function checkDurable(model: Model, rig: Rig, task: ModelTask, payment: Payment) {
  const { facts } = await rig.load(task, holderOf(model) === 0 ? 1 : 0);
  const { reserved, sending } = purchaseOf(facts);
  const { amount, feeLimit, paymentHash } = payment;
  expect(reserved).toMatchObject({ amount, feeLimit, paymentHash });
  expect(sending?.fence).toBe(model.lease.fence);
  const handed = rig.handed.filter(one => one.paymentHash === paymentHash).length;
  expect(facts.filter(({ kind }) => kind === 'sending').length).toBeGreaterThanOrEqual(handed);
}

function outcomeOf({ state, lies, invoice, fee }: WalletEntry): PayOutcome {
  const { preimage } = trueInvoice(invoice);
  switch (state) {
    case 'in_flight':
      return { kind: 'in_flight' };
    case 'failed':
      return { kind: 'failed', code: 'PaymentFailedError' };
    case 'settled':
      return {
        kind: 'settled',
        preimage: lies ? '00'.repeat(32) : preimage,
        amount: invoice.amount as Msat,
        fee: fee as Msat,
      };
  }
}

const looking = fc.record({
  choice: pick,
  says: fc.constantFrom('truth', 'truth', 'truth', 'truth', 'unreachable', 'settles', 'fails'),
  // The machine's clock is wrong while it looks.
  drift: fc.constantFrom(0, 0, 0, 0, 0, DAY, -DAY),
  taking: takings,
  fee: fees,
});

/** The wallet is asked about a payment; what it does not know may be handed over again. */
export const lookUp = commandsOf('look up', looking, {
  can: can('look_up'),
  async run(model, rig, { choice, says, taking, fee, drift }) {
    const task = due(model, 'look_up', choice);
    pass(model, rig, drift);
    if (task.phase.is !== 'held') throw new Error('nothing is held');
    const { invoice } = task.phase;
    const { fence } = model.lease;
    const entry = entryOf(model, invoice);
    if (entry) turn(entry, says);
    const word = says === 'unreachable' ? UNREACHABLE : entry ? outcomeOf(entry) : NOT_FOUND;
    const resends = word === NOT_FOUND && maySendAgain(model, task);
    rig.wallet = { ...walletOf(model, rig, task, taking, fee), lookUp: async () => word };
    const before = rig.handed.length;
    const stopped = await step(model, rig, 'look_up', task, { isSure: taking !== 'dies' });
    checkHanded(rig.handed.slice(before), resends, taking, stopped);
    if (resends) hearPaid(model, task, invoice, fence);
    else if (word === NOT_FOUND) task.phase = missed(model, task);
    else if (entry && word !== UNREACHABLE) task.phase = heard(model, task, entry);
    pass(model, rig, -drift);
  },
});

/** The wallet was handed just what it should be, and the process stopped if it died or lost the lease. */
function checkHanded(
  handed: readonly Payment[],
  isSent: boolean,
  taking: Taking,
  stopped: Code | undefined,
): void {
  expect(handed).toHaveLength(isSent && taking !== 'dies' ? 1 : 0);
  const isStopped = isSent && (taking === 'dies' || taking === 'stolen');
  expect(stopped).toBe(isStopped ? 'desktop_executor_offline' : undefined);
}

/** What becomes of a payment that the wallet has. */
function turn(entry: WalletEntry, says: string): void {
  if (entry.state === 'in_flight' && says === 'settles') entry.state = 'settled';
  if (entry.state === 'in_flight' && says === 'fails') entry.state = 'failed';
  if (says === 'settles') entry.lies = false;
}

const deliveries = fc.constantFrom<Delivery>(
  'goods',
  'goods',
  'refusal',
  'nothing',
  'error',
  'cut',
);

/** What was paid for is fetched, with the preimage that was bought. */
export const deliver = commandsOf('fetch', fc.record({ choice: pick, delivery: deliveries }), {
  can: can('deliver'),
  async run(model, rig, { choice, delivery }) {
    const task = due(model, 'deliver', choice);
    const status = { goods: 200, refusal: 402, error: 503, nothing: undefined, cut: undefined };
    rig.reply = ({ url }) => {
      const code = status[delivery];
      return code === undefined ? LOST : answer(url, code);
    };
    rig.requests.length = 0;
    const { phase } = task;
    const invoice = phase.is === 'settled' ? phase.kept.invoice : undefined;
    task.phase = delivered(task, delivery);
    const isClosing = delivery === 'cut';
    expect(await step(model, rig, 'deliver', task, { isClosing })).toBeUndefined();
    expect(rig.requests.length).toBeGreaterThan(0);
    if (task.method === 'POST') expect(rig.requests).toHaveLength(1);
    checkShown(rig, invoice);
  },
});

/** A request that must not be repeated, and whose answer never came, is given up. */
export const giveUp = commandsOf('give up', pick, {
  can: can('give_up'),
  async run(model, rig, choice) {
    const task = due(model, 'give_up', choice);
    task.phase = givenUp(model, task);
    expect(await step(model, rig, 'give_up', task)).toBeUndefined();
  },
});

const late = fc.record({ choice: pick, outcome: fc.constantFrom('settled', 'failed') });

/** A process that lost the lease goes on as if it held it: nothing that it writes counts. */
export const lateStep: fc.Arbitrary<Command> = commandsOf('a late step', late, {
  can: model => latecomer(model) !== undefined && anyDue(model).length > 0,
  async run(model, rig, { choice, outcome }) {
    const process = latecomer(model);
    const task = picked(anyDue(model), choice);
    const fence = process === undefined ? undefined : model.fences[process];
    if (process === undefined || task === undefined || fence === undefined) return;
    const { phase } = task;
    rig.reply = ({ url }) => answer(url, 200);
    rig.wallet = {
      pay: () => Promise.reject(new Error('a latecomer pays')),
      lookUp: async () => (phase.is === 'held' ? lateWord(phase, outcome) : UNREACHABLE),
    };
    const before = rig.handed.length;
    const { stopped } = await rig.step(process, task, { fence });
    // Neither a payment nor a word that leads nowhere is written down.
    const saysNothing = phase.is === 'held' && phase.doubted && outcome === 'failed';
    expect(stopped).toBe(saysNothing ? undefined : 'desktop_executor_offline');
    expect(rig.handed).toHaveLength(before);
  },
});

const anyDue = (model: Model) => model.tasks.filter(task => dueOf(task, model.now) !== undefined);

function lateWord({ invoice }: { invoice: Invoice }, outcome: string): PayOutcome {
  const state = outcome === 'settled' ? 'settled' : 'failed';
  return outcomeOf({ invoice, state, fee: 0n, lies: false });
}

function latecomer({ fences, lease }: Model) {
  return ([0, 1] as const).find(
    process => fences[process] !== undefined && fences[process] !== lease.fence,
  );
}
