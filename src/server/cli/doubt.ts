import { type Msat, sum, TollkeeperError } from '../../base/index.ts';
import { type Fact, type FactOf, purchaseOf, type Task } from '../../task/index.ts';
import type { Tollkeeper } from '../compose.ts';
import { LOCAL_OWNER } from '../owner.ts';
import { showMoney, showTime } from './layout.ts';
import { showTimeline } from './timeline.ts';

/** What was done about a payment since its sum was held. */
const DEEDS = ['sending', 'missed', 'doubted'] as const;
type Deed = FactOf<(typeof DEEDS)[number]>;

/** A purchase whose sum is held while nobody knows yet whether it was paid. */
export interface Doubt {
  readonly task: Task;
  /** When its sum was held, ms. */
  readonly since: number;
  /** The sum, with the most that it may cost in fees. */
  readonly held: Msat;
  readonly paymentHash: string;
  /** When the invoice ends, ms. */
  readonly invoiceEnds: number;
  readonly deeds: readonly Deed[];
}

/** Every purchase of the local user whose money is in doubt, oldest first. */
export async function doubtsOf({ store: { tasks } }: Tollkeeper): Promise<readonly Doubt[]> {
  const open = await tasks.unfinished();
  const found = await Promise.all(open.map(({ id }) => tasks.load(id)));
  return found.flatMap(task => (task && isInDoubt(task) && isLocal(task) ? [doubtOf(task)] : []));
}

/** Whether a sum is held for the task and the wallet has given no final answer. */
export function isInDoubt({ facts }: Task): boolean {
  const { reserved, settled, end } = purchaseOf(facts);
  return reserved !== undefined && settled === undefined && end === undefined;
}

function isLocal({ facts }: Task): boolean {
  return purchaseOf(facts).requested.request.owner === LOCAL_OWNER;
}

/** How a purchase stands, or stood, whose sum was held; throws `store_corrupt` if none was. */
export function doubtOf(task: Task): Doubt {
  const { reserved, challenged } = purchaseOf(task.facts);
  if (reserved === undefined || challenged === undefined)
    throw new TollkeeperError('store_corrupt');
  return {
    task,
    since: reserved.at,
    held: sum(reserved.amount, reserved.feeLimit),
    paymentHash: reserved.paymentHash,
    invoiceEnds: challenged.quote.expiresAt,
    deeds: deedsOf(task.facts),
  };
}

function deedsOf(facts: readonly Fact[]): readonly Deed[] {
  return facts.filter((fact): fact is Deed => (DEEDS as readonly string[]).includes(fact.kind));
}

/** How a doubt stood, for a human: since when, how much, and what was done about it. */
export function doubtText({ since, held, deeds }: Doubt, real: boolean): string {
  const done = showTimeline(deeds).replace(/^/gm, '  ');
  return `In doubt since ${showTime(since)}; ${showMoney(held, real)} held for it.\n${done}`;
}

/** What a human can do about a doubt that nobody could clear up yet. Never: to pay again. */
export async function adviceOn(tollkeeper: Tollkeeper, doubt: Doubt): Promise<string> {
  const { command } = tollkeeper.home;
  const { deeds, paymentHash, invoiceEnds } = doubt;
  const ends = showTime(invoiceEnds);
  if (deeds.some(({ kind }) => kind === 'doubted'))
    return `The wallet says that it paid, and named a preimage that does not belong to the invoice. The sum stays held until it names the right one. Look up the payment ${paymentHash} in the wallet itself.`;
  if (!(await isReady(tollkeeper)))
    return `The wallet does not answer. Find out why: ${command('doctor')}`;
  if (deeds.some(({ kind }) => kind === 'missed'))
    return `The wallet does not know of the payment. The sum is free again once the invoice has ended (${ends}) and the wallet still says so.`;
  return `The wallet has neither paid nor given up. It is asked again by itself, at least once a minute while \`${command('up')}\` or any client runs. If that goes on long after the invoice has ended (${ends}), look up the payment ${paymentHash} in the wallet itself.`;
}

function isReady({ means }: Tollkeeper): Promise<boolean> {
  const status = means.wallet().then(wallet => wallet.status());
  return status.then(
    ({ ready }) => ready,
    () => false,
  );
}
