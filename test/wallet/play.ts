import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, MINUTE, type Msat, sats, systemClock } from '../../src/base/index.ts';
import type { Payment, Wallet } from '../../src/task/wallet.ts';
import {
  type Issued,
  type Order,
  openSandbox,
  openSandboxWallet,
  type Sandbox,
} from '../../src/wallet/index.ts';

/** The machine's clock, which a test can put forward. */
export interface MovedClock extends Clock {
  move(ms: number): void;
  /** Makes every wait so many times shorter than it is for others. */
  hurry(times: number): void;
}

export function movedClock(): MovedClock {
  let ahead = 0;
  let pace = 1;
  return {
    now: () => systemClock.now() + ahead,
    after: (ms, signal) => systemClock.after(ms / pace, signal),
    move: ms => {
      ahead += ms;
    },
    hurry: times => {
      pace = times;
    },
  };
}

/** A sandbox in a directory of its own, from both sides, that vanishes with `close`. */
export interface Play {
  readonly home: string;
  readonly clock: MovedClock;
  readonly sandbox: Sandbox;
  readonly wallet: Wallet;
  issue(order?: Partial<Order>): Promise<Issued>;
  close(): Promise<void>;
}

export async function play(): Promise<Play> {
  const home = await mkdtemp(join(tmpdir(), 'tollkeeper-sandbox-'));
  const clock = movedClock();
  const sandbox = await openSandbox({ home, clock });
  const wallet = await openSandboxWallet({ home, clock });
  return {
    home,
    clock,
    sandbox,
    wallet,
    issue: order => sandbox.issue({ ...ORDER, ...order }),
    close: async () => {
      await wallet.close();
      await sandbox.close();
      await rm(home, { recursive: true });
    },
  };
}

export const PRICE = sats(100);
export const ORDER: Order = {
  issuer: 'test',
  amount: PRICE,
  description: 'a thing',
  ttlMs: 10 * MINUTE,
};

/** A payment of an invoice, as the record would hand it to the wallet. */
export function paymentOf(
  { text, hash }: Pick<Issued, 'text' | 'hash'>,
  change: Partial<Payment> = {},
): Payment {
  return {
    paymentHash: hash,
    invoice: text,
    amount: PRICE,
    feeLimit: 0n as Msat,
    attemptId: randomUUID(),
    waitMs: 100,
    ...change,
  };
}
