import { HOUR, MINUTE, SECOND } from '../../src/base/index.ts';
import {
  type Invoice,
  type Kept,
  liveAllowances,
  type Model,
  type ModelTask,
  type Phase,
  type Thing,
  type WalletEntry,
} from './model.ts';
import { denied, judge } from './model-rules.ts';
import { SETTINGS } from './model-settings.ts';

// What the model takes the design to say about each step: what comes of a seller's and of the wallet's answer.

type Held = Extract<Phase, { is: 'held' }>;

/** How a seller answers: for nothing, with a price, not at all, or the process ends before it hears. */
export type Reply = 'free' | 'price' | 'fail' | 'cut';

/** A first request, with what was bought before if there is such; `invoice` is what a price would be asked by. */
export function probed(model: Model, task: ModelTask, reply: Reply, invoice: Invoice): Phase {
  if (SETTINGS[model.settings].hosts.block.includes(task.shop)) return denied('host_blocked');
  const kept = carriedBy(model, task);
  if (kept?.end === 'refused') return failed('CredentialMissingError');
  switch (reply) {
    case 'cut':
      return cutOff(task);
    case 'fail':
      return failed('L402TransportError');
    case 'free':
      return answered(kept);
    case 'price':
      return letGo(kept) ?? challenged(model, task, invoice);
  }
}

/** Only a request that may be repeated is as if it had never left. */
function cutOff({ method, phase }: ModelTask): Phase {
  if (method === 'GET') return phase;
  return { is: 'posted', after: phase.is === 'approved' ? 'approved' : 'fresh' };
}

function answered(kept: Kept | undefined): Phase {
  if (kept?.end === 'lost') kept.end = undefined;
  return { is: 'ended', end: { kind: kept === undefined ? 'free' : 'cached' } };
}

/** A seller that was paid asks again: what is owed is not paid for twice, and what was had is bought anew. */
function letGo(kept: Kept | undefined): Phase | undefined {
  if (kept === undefined) return undefined;
  kept.dropped = true;
  if (kept.end !== 'lost') return undefined;
  kept.end = 'refused';
  return failed('CredentialMissingError');
}

function failed(code: string): Phase {
  return { is: 'ended', end: { kind: 'failed', code } };
}

/** Whether two purchases are of the same thing. */
export function isSame(one: Thing, other: Thing): boolean {
  return one.shop === other.shop && one.item === other.item && one.method === other.method;
}

/** What was bought before and is shown again: paid stays bought. */
export function carriedBy({ kept, now }: Model, task: ModelTask): Kept | undefined {
  if (task.afresh) return undefined;
  const all = kept.filter(one => isSame(one.task, task)).toReversed();
  return all.find((one, index) => {
    const isCached = one.until > now && !one.dropped && one.end !== 'refused';
    return isCached || (index === 0 && one.end !== undefined);
  });
}

/** A price was named: a live yes may cover it, else it is judged. */
function challenged(model: Model, task: ModelTask, invoice: Invoice): Phase {
  const { now } = model;
  const isDead = invoice.expiresAt - now < 30 * SECOND || invoice.createdAt - now > HOUR;
  if (isDead || task.challenges >= 5) return failed('INVOICE_INVALID');
  task.challenges += 1;
  const { phase } = task;
  const covered = phase.is === 'approved' && invoice.amount <= phase.yes.ceiling;
  return covered ? { ...phase, invoice } : judge(model, task, invoice);
}

/** How the wallet takes a payment; `dies` and `stolen` are about the process that hands it over. */
export type Taking =
  | 'settled'
  | 'failed'
  | 'in_flight'
  | 'answer_lost'
  | 'unreached'
  | 'wrong_preimage'
  | 'dies'
  | 'stolen';

/** The wallet takes a payment on, or not. Returns what it knows of it from now on. */
export function taken(model: Model, invoice: Invoice, taking: Taking, fee: bigint): void {
  if (taking === 'unreached' || taking === 'dies') return;
  const ends = { in_flight: 'in_flight', failed: 'failed' } as const;
  const state = ends[taking as keyof typeof ends] ?? 'settled';
  model.wallet.push({ invoice, state, fee, lies: taking === 'wrong_preimage' });
}

/** What the wallet knows of an invoice. */
export function entryOf({ wallet }: Model, invoice: Invoice): WalletEntry | undefined {
  return wallet.find(entry => entry.invoice === invoice);
}

/** The wallet's word reaches the record: T2, T3, or nothing yet. */
export function heard(model: Model, task: ModelTask, entry: WalletEntry): Phase {
  const { phase } = task;
  if (phase.is !== 'held' || entry.state === 'in_flight') return phase;
  // A wallet that once showed a wrong preimage is believed nothing but a right one.
  if (entry.state === 'failed') return phase.doubted ? phase : released(phase);
  return entry.lies ? { ...phase, doubted: true } : settled(model, task, phase, entry);
}

function settled(
  model: Model,
  task: ModelTask,
  { sum }: Held,
  { invoice, fee }: WalletEntry,
): Phase {
  const at = Math.max(model.now, sum.heldAt);
  Object.assign(sum, { msat: invoice.amount + fee, held: false, at });
  const until = model.now + 10 * MINUTE;
  const kept: Kept = { task, invoice, until, end: undefined, dropped: false };
  model.kept.push(kept);
  return { is: 'settled', kept };
}

function released({ sum }: Held): Phase {
  Object.assign(sum, { msat: 0n, held: false, at: sum.heldAt });
  return { is: 'ended', end: { kind: 'released', code: 'PaymentFailedError' } };
}

/** Whether a payment that the wallet does not know may be handed over again. */
export function maySendAgain(model: Model, { shop, phase }: ModelTask): boolean {
  if (phase.is !== 'held' || phase.doubted || model.paused) return false;
  const { yes, invoice } = phase;
  const isRevoked =
    yes.by === 'allowance' && !liveAllowances(model, shop).some(({ id }) => id === yes.grant);
  const isAlive = invoice.expiresAt - model.now >= 30 * SECOND;
  return isAlive && !isRevoked && yes.under === model.settings && model.now < yes.expiresAt;
}

/** The wallet does not know the payment, and it is not sent again. Two misses and a dead invoice free the sum. */
export function missed({ now }: Model, { phase }: ModelTask): Phase {
  if (phase.is !== 'held' || phase.doubted) return phase;
  if (phase.missedAt === undefined) return { ...phase, missedAt: now };
  const isOver = now - phase.missedAt >= MINUTE && phase.invoice.expiresAt < now;
  return isOver ? released(phase) : phase;
}

/** How a paid request is answered. */
export type Delivery = 'goods' | 'refusal' | 'nothing' | 'error' | 'cut';

/** What was paid for is fetched. */
export function delivered({ phase, method }: ModelTask, delivery: Delivery): Phase {
  if (phase.is !== 'settled') return phase;
  switch (delivery) {
    case 'cut':
      return method === 'GET' ? phase : { is: 'posted', after: 'settled' };
    case 'goods':
      return { is: 'ended', end: { kind: 'delivered' } };
    case 'refusal':
      phase.kept.end = 'refused';
      return { is: 'ended', end: { kind: 'refused' } };
    case 'nothing':
    case 'error':
      return lost(phase.kept);
  }
}

function lost(kept: Kept | undefined): Phase {
  if (kept !== undefined) kept.end = 'lost';
  return { is: 'ended', end: { kind: 'lost' } };
}

/** A request that must not be repeated is given up. */
export function givenUp(model: Model, task: ModelTask): Phase {
  const isPaid = task.phase.is === 'posted' && task.phase.after === 'settled';
  return isPaid ? lost(model.kept.find(one => one.task === task)) : failed('L402TransportError');
}
