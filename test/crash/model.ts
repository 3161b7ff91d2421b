import { DAY, HOUR, SECOND } from '../../src/base/index.ts';
import { SETTINGS, type SettingsName, type Shop } from './model-settings.ts';

// A small model of buying, written from the design and not from the code: what a task is in, what is held and
// spent, which yes was used, who holds the lease. Sums are msat, times ms.

/** One invoice of a seller. */
export interface Invoice {
  readonly number: number;
  readonly amount: bigint;
  readonly createdAt: number;
  readonly expiresAt: number;
  /** A sum was held for it once: nobody may pay it again. */
  used: boolean;
}

/** One question; `fate` is what closed it. */
export interface Ask {
  readonly task: ModelTask;
  readonly ceiling: bigint;
  readonly at: number;
  readonly expiresAt: number;
  readonly under: SettingsName;
  fate: 'open' | 'answered' | 'gone';
  /** When a human said no. */
  deniedAt: number;
}

/** A yes that has not been used: at most so much, until then, under these settings. */
export interface Yes {
  readonly by: 'human' | 'allowance' | 'rule';
  readonly grant: string | undefined;
  readonly ceiling: bigint;
  readonly expiresAt: number;
  readonly under: SettingsName;
}

/** A sum in the books: held until the wallet's last word, then spent, or nothing. */
export interface Sum {
  readonly shop: Shop;
  readonly grant: string | undefined;
  readonly heldAt: number;
  msat: bigint;
  held: boolean;
  at: number;
}

/** A permission for a shop. */
export interface ModelAllowance {
  readonly id: `allow_${string}`;
  readonly shop: Shop;
  readonly limit: bigint;
  readonly expiresAt: number;
  revoked: boolean;
}

/** What a payment bought. */
export interface Kept {
  readonly task: ModelTask;
  readonly invoice: Invoice;
  readonly until: number;
  end: 'lost' | 'refused' | undefined;
  dropped: boolean;
}

/** How a task can end. */
export type End =
  | { readonly kind: 'free' | 'cached' | 'delivered' | 'lost' | 'refused' }
  | { readonly kind: 'declined' | 'expired' | 'cancelled' }
  | { readonly kind: 'denied' | 'failed' | 'released'; readonly code: string };

/** Where a task stands. */
export type Phase =
  | { readonly is: 'fresh' }
  | { readonly is: 'asked'; readonly ask: Ask; readonly invoice: Invoice }
  | { readonly is: 'approved'; readonly yes: Yes; readonly invoice: Invoice }
  /** A request that must not be repeated left, and no answer came. */
  | { readonly is: 'posted'; readonly after: 'fresh' | 'approved' | 'settled' }
  | {
      readonly is: 'held';
      readonly yes: Yes;
      readonly invoice: Invoice;
      readonly sum: Sum;
      readonly feeLimit: bigint;
      readonly missedAt: number | undefined;
      readonly doubted: boolean;
    }
  | { readonly is: 'settled'; readonly kept: Kept }
  | { readonly is: 'ended'; readonly end: End };

/** What is bought: the same thing twice is the same purchase. */
export interface Thing {
  readonly shop: Shop;
  readonly item: number;
  readonly method: 'GET' | 'POST';
}

/** One purchase. */
export interface ModelTask extends Thing {
  readonly number: number;
  /** It was bought before and shall be bought again. */
  readonly afresh: boolean;
  phase: Phase;
  /** Challenges of this round, and rounds before it. */
  challenges: number;
  renewals: number;
}

/** What the wallet knows of an invoice. */
export interface WalletEntry {
  readonly invoice: Invoice;
  state: 'in_flight' | 'settled' | 'failed';
  readonly fee: bigint;
  /** It shows a preimage that does not belong to the invoice. */
  lies: boolean;
}

/** One of the two processes that share the record: the fence that it believes to hold. */
export type Process = 0 | 1;

/** Everything that the model knows. */
export interface Model {
  /** How many commands took place. */
  happened: number;
  now: number;
  settings: SettingsName;
  paused: boolean;
  readonly lease: { fence: number; holder: Process | undefined; beatAt: number };
  readonly fences: [number | undefined, number | undefined];
  readonly tasks: ModelTask[];
  readonly asks: Ask[];
  readonly allowances: ModelAllowance[];
  readonly sums: Sum[];
  readonly invoices: Invoice[];
  readonly kept: Kept[];
  readonly wallet: WalletEntry[];
  /** Payments of which the wallet's first answer was lost. */
  readonly unheard: Set<WalletEntry>;
}

/** A model in which nothing has happened. */
export function newModel(now: number): Model {
  return {
    ...{ happened: 0, now, settings: 'usual', paused: false },
    lease: { fence: 0, holder: undefined, beatAt: 0 },
    fences: [undefined, undefined],
    ...{ tasks: [], asks: [], allowances: [], sums: [], invoices: [], kept: [], wallet: [] },
    unheard: new Set(),
  };
}

/** What moves a task on; undefined when only a human does, or nothing. */
export type Due = 'probe' | 'expire' | 'decide' | 'pay' | 'look_up' | 'deliver' | 'give_up';

/** The step that is due. */
export function dueOf({ phase }: ModelTask, now: number): Due | undefined {
  switch (phase.is) {
    case 'fresh':
      return 'probe';
    case 'asked':
      return now < phase.ask.expiresAt ? undefined : 'expire';
    case 'approved':
      if (now >= phase.yes.expiresAt) return 'decide';
      return phase.invoice.expiresAt - now < 30 * SECOND ? 'probe' : 'pay';
    case 'held':
      return 'look_up';
    case 'settled':
      return 'deliver';
    case 'posted':
      return 'give_up';
    case 'ended':
      return undefined;
  }
}

/** What is spent and held: of a shop or of all, in a window or ever. */
export function spent({ sums, now }: Model, window: number, shop?: Shop): bigint {
  return sums
    .filter(sum => shop === undefined || sum.shop === shop)
    .filter(sum => sum.held || sum.at > now - window)
    .reduce((total, { msat }) => total + msat, 0n);
}

/** What a rule or an allowance was used for in a day. */
export function usedOf(model: Model, grant: string): bigint {
  const own = model.sums.filter(sum => sum.grant === grant);
  return spent({ ...model, sums: own }, DAY);
}

/** What the windows leave for a shop. */
export function roomOf(model: Model, shop: Shop): bigint {
  const { caps } = SETTINGS[model.settings];
  return lowest(
    BigInt(caps.hostSats) * 1000n - spent(model, DAY, shop),
    BigInt(caps.hourSats) * 1000n - spent(model, HOUR),
    BigInt(caps.daySats) * 1000n - spent(model, DAY),
    BigInt(caps.totalSats) * 1000n - spent(model, Number.POSITIVE_INFINITY),
  );
}

/** The allowances of a shop that still hold. */
export function liveAllowances({ allowances, now }: Model, shop: Shop): readonly ModelAllowance[] {
  return allowances.filter(one => one.shop === shop && !one.revoked && one.expiresAt > now);
}

/** The least of some sums. */
export function lowest(first: bigint, ...others: readonly bigint[]): bigint {
  return others.reduce((low, sum) => (sum < low ? sum : low), first);
}
