import { SECOND } from '../../src/base/index.ts';
import type { Behaviour } from '../../src/wallet/index.ts';
import type { Halt } from './points.ts';

/** What the wallet does with a payment, and whether the money moves in the end. */
export interface Fate {
  readonly name: string;
  readonly behaviour: Behaviour;
  /** How a payment that is stuck ends once it was looked up a few times. */
  readonly ending: 'settle' | 'fail';
}

/** The bank waits no longer than this for a payment, ms: what comes later is looked up. */
export const BANK_WAITS_MS = 250;

/** Every way in which a wallet can behave. */
export const FATES: readonly Fate[] = [
  { name: 'instant', behaviour: { kind: 'instant' }, ending: 'settle' },
  { name: 'late', behaviour: { kind: 'late', ms: 100 }, ending: 'settle' },
  { name: 'fail', behaviour: { kind: 'fail' }, ending: 'fail' },
  { name: 'stuck, then settled', behaviour: { kind: 'stuck' }, ending: 'settle' },
  { name: 'stuck, then failed', behaviour: { kind: 'stuck' }, ending: 'fail' },
  {
    name: 'error_after_acceptance',
    behaviour: { kind: 'error_after_acceptance' },
    ending: 'settle',
  },
  {
    name: 'settles_after_timeout',
    behaviour: { kind: 'settles_after_timeout', ms: 2 * BANK_WAITS_MS },
    ending: 'settle',
  },
];

/** Where a process dies, and under which fates it ever comes there. */
export interface Cell {
  readonly name: string;
  readonly story: string;
  /** The money moves only in `success`, and never in `failure`. */
  readonly reached: 'always' | 'success' | 'failure';
  /** Where the process halts itself; else the test kills it when the seller has the paid request. */
  readonly at: Halt['at'] | 'seller';
  readonly method: 'GET' | 'POST';
  /** How the purchase ends if the money moved. */
  readonly paidEnd: object;
  /** How many processes take up what the dead one left. */
  readonly recoverers: 1 | 2;
  /** The seller refuses everybody who paid. */
  readonly refuses?: true;
  /** The wallet forgets the payment. */
  readonly forgets?: true;
}

const DELIVERED = { status: 'completed', money: 'moved' };
const BASE = { reached: 'always', method: 'GET', paidEnd: DELIVERED, recoverers: 1 } as const;
const PAID = { ...BASE, reached: 'success' } as const;

/** The crash matrix. C10, a restored record, and C12, a failing machine, have suites of their own. */
export const CELLS: readonly Cell[] = [
  { ...BASE, name: 'C0', story: 'before its sum is held', at: 'C0' },
  { ...BASE, name: 'C1', story: 'with its sum held, before the wallet hears of it', at: 'C1' },
  { ...BASE, name: 'C2', story: 'when the wallet has it, before it answers', at: 'C2' },
  { ...PAID, name: 'C3', story: 'knowing that it settled, before that is written', at: 'C3' },
  { ...PAID, name: 'C4', story: 'inside the transaction that writes that', at: 'C4' },
  { ...PAID, name: 'C5', story: 'with it paid, before the goods are asked for', at: 'C5' },
  { ...PAID, name: 'C6', story: 'when the seller has the paid GET', at: 'seller' },
  {
    ...PAID,
    name: 'C6',
    story: 'when the seller has the paid POST',
    at: 'seller',
    method: 'POST',
    paidEnd: { status: 'paid', code: 'delivery_unknown', money: 'moved' },
  },
  {
    ...PAID,
    name: 'C7',
    story: 'when the paid seller asked for money again',
    at: 'C7',
    paidEnd: { status: 'failed', code: 'CredentialMissingError', money: 'moved' },
    refuses: true,
  },
  {
    ...BASE,
    name: 'C8',
    story: 'knowing that it failed, before its sum is free',
    at: 'C8',
    reached: 'failure',
  },
  { ...BASE, name: 'C9', story: 'and two take it up at once', at: 'C1', recoverers: 2 },
  {
    ...PAID,
    name: 'C11',
    story: 'with it paid, and the wallet loses its books',
    at: 'C5',
    forgets: true,
  },
];

/** How a purchase ends whose payment failed. */
export const RELEASED = { status: 'failed', code: 'PaymentFailedError', money: 'not_moved' };

/** Whether a process comes to a cell's point under a fate. */
export function isReached({ reached }: Cell, { ending }: Fate): boolean {
  return reached === 'always' || reached === (ending === 'settle' ? 'success' : 'failure');
}

/** Later than any lease of the dead process is fresh, ms. */
export const LEASE_OVER_MS: number = 11 * SECOND;
