import { type Msat, SECOND, TollkeeperError, ZERO } from '../../src/base/index.ts';
import type { PayOutcome, Wallet, WalletStatus } from '../../src/task/wallet.ts';
import type { Sandbox } from '../../src/wallet/index.ts';
import { call } from './wire.ts';

/** One payment in the bank's own books: the truth that all records are held against. */
export interface Booked {
  readonly hash: string;
  readonly state: 'in_flight' | 'settled' | 'failed';
  /** Amount and fee. */
  readonly cost: Msat;
}

/** What tests do at the bank, beside what a sandbox can do. */
export interface Bank extends Omit<Sandbox, 'close'> {
  /** All payments, as of now. */
  payments(): Promise<readonly Booked[]>;
  /** Deletes the payment of a hash (crash matrix C11). */
  forget(hash: string): Promise<void>;
  /** How often somebody had the bank pay a hash. */
  orders(hash: string): Promise<number>;
  /** Has every stuck payment end so, once it was looked up so many times. */
  endStuck(end: 'settle' | 'fail', looks: number): Promise<void>;
  /** No payment is waited for longer than this, ms, whatever the caller says. */
  hurry(ms: number): Promise<void>;
}

const METHODS = [
  'issue',
  'fund',
  'setBehaviour',
  'resolve',
  'counts',
  'debitOf',
  'payments',
  'forget',
  'orders',
  'endStuck',
  'hurry',
] as const satisfies readonly (keyof Bank)[];

/** How long a call may take, and how much longer than `waitMs` a payment may, ms. */
const CALL_MS = 10 * SECOND;

/** The bank behind a socket, as its tests see it. */
export function bankAt(socket: string): Bank {
  const calls = METHODS.map(method => [
    method,
    (...args: readonly unknown[]) => call(socket, method, args, 3 * CALL_MS),
  ]);
  return Object.fromEntries(calls) as Bank;
}

const DOWN: WalletStatus = {
  kind: 'bank',
  network: 'bcrt',
  real: false,
  ready: false,
  balance: ZERO,
};

/** The bank behind a socket, as a buyer's wallet: an ambiguous end is `unknown`. */
export function walletAt(socket: string): Wallet {
  const outcome = (method: string, argument: unknown, ms: number): Promise<PayOutcome> =>
    (call(socket, method, [argument], ms) as Promise<PayOutcome>).catch(thrown => ({
      kind: 'unknown',
      cause: thrown.name === 'TimeoutError' ? 'timeout' : 'unreachable',
    }));
  return {
    status: () => (call(socket, 'status', [], CALL_MS) as Promise<WalletStatus>).catch(() => DOWN),
    pay: payment => outcome('pay', payment, payment.waitMs + CALL_MS),
    lookUp: hash => outcome('lookUp', hash, CALL_MS),
    sent: since =>
      (call(socket, 'sent', [since], CALL_MS) as ReturnType<Wallet['sent']>).catch(cause => {
        throw new TollkeeperError('wallet_unavailable', undefined, { cause });
      }),
    close: async () => undefined,
  };
}
