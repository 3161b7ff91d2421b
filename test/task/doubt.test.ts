import { describe, expect, test } from 'vitest';
import { HOUR, MINUTE, SECOND, sats, TollkeeperError } from '../../src/base/index.ts';
import type { WrittenSettings } from '../../src/policy/index.ts';
import type { Means, Task } from '../../src/task/index.ts';
import type { Payment, PayOutcome, Wallet } from '../../src/task/wallet.ts';
import { kindsOf, type Market, visitMarket } from './market.ts';
import { FREE_HAND } from './parts.ts';
import type { Seller } from './seller.ts';

// A payment whose outcome is unknown is looked up, never sent again blindly and never called failed.

const RUNNING = { status: 'running', code: 'PAYMENT_PENDING', money: 'maybe_moved' };
const BOUGHT = { status: 'completed', money: 'moved' };
const UNKNOWN: PayOutcome = { kind: 'unknown', cause: 'unreachable' };
const NOT_FOUND: PayOutcome = { kind: 'unknown', cause: 'not_found' };

/** A wallet whose answers a test may overrule; `handed` are the payments that it was given. */
interface Overruled {
  pay?: ((payment: Payment, wallet: Wallet) => Promise<PayOutcome>) | undefined;
  lookUp?: Wallet['lookUp'] | undefined;
  handed: number;
  /** How often it was asked about a payment. */
  asked: number;
}

async function opened(settings: WrittenSettings = FREE_HAND) {
  const rule: Overruled = { handed: 0, asked: 0 };
  const means = (plain: Means): Means => ({
    ...plain,
    async wallet() {
      const wallet = await plain.wallet();
      return {
        ...wallet,
        pay(payment) {
          rule.handed += 1;
          return rule.pay?.(payment, wallet) ?? wallet.pay(payment);
        },
        lookUp(hash) {
          rule.asked += 1;
          return (rule.lookUp ?? wallet.lookUp)(hash);
        },
      };
    },
  });
  const market = await visitMarket({ settings, means });
  return { market, seller: await market.seller(), rule, means };
}

const held = (market: Market, task: Task) =>
  market.until(task, one => kindsOf(one).includes('sending'));

/** Lets time pass until the wallet was asked and knew nothing. */
async function missed(market: Market, task: Task): Promise<void> {
  while (!(await market.kinds(task)).includes('missed')) await market.pass(SECOND);
}

async function spent(market: Market, seller: Seller) {
  const reads = { owner: 'local', host: seller.host, now: market.clock.now() };
  return market.store.ledger.books(reads);
}

describe('a payment on its way', () => {
  test('that settles after its caller gave up is delivered then', async () => {
    const { market, seller, rule } = await opened();
    await market.sandbox.setBehaviour({ kind: 'settles_after_timeout', ms: 10 * MINUTE });
    const task = await market.buy(`${seller.origin}/a`);
    await market.clock.asleep(20 * SECOND);
    market.clock.move(20 * SECOND);
    await market.pass(SECOND);
    expect(await market.status(task)).toMatchObject(RUNNING);
    await market.pass(12 * MINUTE, 30 * SECOND);
    expect(await market.ended(task)).toMatchObject(BOUGHT);
    expect(rule.handed).toBe(1);
    expect(await market.debits()).toBe(1);
  });

  test('that fails in the end frees its sum, and says so', async () => {
    const { market, seller } = await opened();
    await market.sandbox.setBehaviour({ kind: 'settles_after_timeout', ms: 1000 * HOUR });
    const task = await market.buy(`${seller.origin}/a`);
    await market.clock.asleep(20 * SECOND);
    market.clock.move(20 * SECOND);
    const { facts } = await held(market, task);
    const reserved = facts.find(fact => fact.kind === 'reserved')!;
    expect((await spent(market, seller)).spend.day).toBe(sats(106));
    await market.sandbox.resolve(reserved.paymentHash, 'fail');
    await market.pass(MINUTE);
    const failed = { status: 'failed', code: 'PaymentFailedError', money: 'not_moved' };
    expect(await market.ended(task)).toMatchObject(failed);
    expect((await spent(market, seller)).spend.day).toBe(0n);
  });

  test('of which the wallet’s answer was lost is found by looking it up', async () => {
    const { market, seller, rule } = await opened();
    await market.sandbox.setBehaviour({ kind: 'error_after_acceptance' });
    const task = await market.buy(`${seller.origin}/a`);
    expect(await market.outlast(task)).toMatchObject(BOUGHT);
    expect(rule.handed).toBe(1);
    expect(await market.debits()).toBe(1);
  });

  test('is held for ever while the wallet cannot be asked', async () => {
    const { market, seller, rule } = await opened();
    rule.pay = async () => UNKNOWN;
    rule.lookUp = async () => UNKNOWN;
    const task = await market.buy(`${seller.origin}/a`);
    await held(market, task);
    await market.pass(30 * MINUTE, 10 * SECOND);
    // The older the payment, the rarer the look: once a minute at last.
    expect(rule.asked).toBeLessThan(50);
    market.clock.move(1000 * HOUR);
    await market.pass(MINUTE);
    expect(await market.status(task)).toMatchObject({ ...RUNNING, final: false });
    expect((await spent(market, seller)).spend).toMatchObject({ hour: sats(106), day: sats(106) });
    expect(rule.handed).toBe(1);
  });

  test('is only ever asked about at the purse that was handed it', async () => {
    const { market, seller, rule } = await opened();
    const asked: (string | undefined)[] = [];
    rule.pay = async (payment, wallet) => {
      await wallet.pay(payment);
      return UNKNOWN;
    };
    const task = await market.buy(`${seller.origin}/a`);
    await held(market, task);
    // The settings name another node by now, which would swear that it never heard of the payment.
    await market.restart(means => ({
      ...means,
      async wallet(purse) {
        asked.push(purse);
        if (purse === 'sandbox') throw new TollkeeperError('wallet_unavailable');
        return { ...(await means.wallet()), lookUp: async () => NOT_FOUND };
      },
    }));
    await market.pass(30 * MINUTE, 10 * SECOND);
    expect(await market.status(task)).toMatchObject(RUNNING);
    expect(new Set(asked)).toEqual(new Set(['sandbox']));
    await market.restart();
    expect(await market.outlast(task)).toMatchObject(BOUGHT);
    expect(await market.debits()).toBe(1);
  });

  test('is not forgotten when the wallet throws in spite of its promise', async () => {
    const { market, seller, rule } = await opened();
    rule.pay = async () => {
      rule.pay = undefined;
      throw new Error('a bug of the wallet');
    };
    const task = await market.buy(`${seller.origin}/a`);
    expect(await market.outlast(task)).toMatchObject(BOUGHT);
    expect(await market.debits()).toBe(1);
  });
});

describe('a payment that the wallet does not know', () => {
  test('is handed over again, under the same hash, while approval and invoice live', async () => {
    const { market, seller, rule } = await opened();
    const hashes: string[] = [];
    rule.pay = async ({ paymentHash }) => {
      hashes.push(paymentHash);
      rule.pay = undefined;
      return UNKNOWN;
    };
    const task = await market.buy(`${seller.origin}/a`);
    expect(await market.outlast(task)).toMatchObject(BOUGHT);
    expect(rule.handed).toBe(2);
    expect(await market.kinds(task)).toEqual([
      ...['requested', 'challenged', 'approved', 'reserved', 'sending'],
      ...['sending', 'settled', 'delivered'],
    ]);
    expect(await market.debits()).toBe(1);
  });

  const stops: readonly [string, (market: Market, seller: Seller) => unknown][] = [
    ['spending was paused', market => market.set({ paused: true })],
    ['the settings broke', market => market.break()],
    ['the host was blocked', (market, { host }) => market.set({ hosts: { block: [host] } })],
    ['the rule was taken out', market => market.set({ autoApprove: [] })],
  ];

  test.each(stops)('is not handed over again once %s', async (_name, stop) => {
    const { market, seller, rule } = await opened();
    rule.pay = async () => UNKNOWN;
    rule.lookUp = async () => UNKNOWN;
    const task = await market.buy(`${seller.origin}/a`);
    await held(market, task);
    stop(market, seller);
    rule.pay = undefined;
    rule.lookUp = undefined;
    await market.pass(2 * MINUTE);
    expect(await market.status(task)).toMatchObject(RUNNING);
    expect(rule.handed).toBe(1);
    expect(await market.debits()).toBe(0);
  });

  test('is not handed over again once the allowance was taken back', async () => {
    const { market, seller, rule } = await opened({});
    const first = await market.buy(`${seller.origin}/first`);
    await market.say(first, sats(1000));
    await market.ended(first);
    rule.pay = async () => UNKNOWN;
    rule.lookUp = async () => UNKNOWN;
    const task = await market.buy(`${seller.origin}/a`);
    await held(market, task);
    const [allowance] = await market.store.allowances.list('local', market.clock.now());
    await market.store.allowances.revoke('local', allowance!.id);
    rule.pay = undefined;
    rule.lookUp = undefined;
    await market.pass(2 * MINUTE);
    expect(await market.debits()).toBe(1);
  });

  test('is not handed over again once its invoice is about to end', async () => {
    const { market, seller, rule } = await opened();
    seller.invoiceMs = 2 * MINUTE;
    rule.pay = async () => UNKNOWN;
    rule.lookUp = async () => UNKNOWN;
    const task = await market.buy(`${seller.origin}/a`);
    await held(market, task);
    market.clock.move(91 * SECOND);
    rule.lookUp = async () => NOT_FOUND;
    await missed(market, task);
    expect(await market.status(task)).toMatchObject(RUNNING);
    expect(rule.handed).toBe(1);
  });

  test('is handed over ever more rarely while the wallet takes nothing', async () => {
    const { market, seller, rule } = await opened();
    rule.pay = async () => UNKNOWN;
    rule.lookUp = async () => NOT_FOUND;
    const task = await market.buy(`${seller.origin}/a`);
    await held(market, task);
    await market.pass(5 * MINUTE);
    expect(rule.handed).toBeGreaterThan(5);
    expect(rule.handed).toBeLessThan(30);
    expect((await market.kinds(task)).length).toBeLessThan(40);
  });

  test('is released only after two misses a minute apart and the end of its invoice', async () => {
    const { market, seller, rule } = await opened();
    seller.invoiceMs = HOUR;
    rule.pay = async () => UNKNOWN;
    rule.lookUp = async () => UNKNOWN;
    const task = await market.buy(`${seller.origin}/a`);
    await held(market, task);
    market.clock.move(59 * MINUTE + 45 * SECOND);
    rule.lookUp = async () => NOT_FOUND;
    await missed(market, task);
    expect(rule.handed).toBe(1);
    market.clock.move(30 * SECOND);
    await market.pass(10 * SECOND);
    expect(await market.status(task)).toMatchObject(RUNNING);
    await market.pass(3 * MINUTE);
    const failed = { status: 'failed', code: 'PaymentFailedError', money: 'not_moved' };
    expect(await market.ended(task)).toMatchObject(failed);
    expect((await spent(market, seller)).spend.day).toBe(0n);
    expect(rule.handed).toBe(1);
  });
});

describe('a preimage that does not belong to the invoice', () => {
  const doubted = { status: 'running', code: 'PREIMAGE_MISMATCH', money: 'maybe_moved' };

  test('settles nothing, and the sum stays held', async () => {
    const { market, seller, rule } = await opened();
    await market.sandbox.setBehaviour({ kind: 'wrong_preimage' });
    const task = await market.buy(`${seller.origin}/a`);
    await market.until(task, one => kindsOf(one).includes('doubted'));
    await market.pass(5 * MINUTE);
    expect(await market.status(task)).toMatchObject({ ...doubted, final: false });
    expect((await market.kinds(task)).filter(kind => kind === 'doubted')).toHaveLength(1);
    expect((await spent(market, seller)).spend.day).toBe(sats(106));
    expect(rule.handed).toBe(1);
    expect(seller.requests).toHaveLength(1);
  });

  const turns: readonly [string, PayOutcome][] = [
    ['knows nothing of the payment', NOT_FOUND],
    ['calls it failed', { kind: 'failed', code: 'PaymentFailedError' }],
  ];

  test.each(turns)('is not made good by a wallet that later %s', async (_name, later) => {
    const { market, seller, rule } = await opened();
    await market.sandbox.setBehaviour({ kind: 'wrong_preimage' });
    const task = await market.buy(`${seller.origin}/a`);
    await market.until(task, one => kindsOf(one).includes('doubted'));
    rule.lookUp = async () => later;
    await market.pass(3 * MINUTE);
    market.clock.move(3 * HOUR);
    await market.pass(3 * MINUTE);
    expect(await market.status(task)).toMatchObject(doubted);
    expect(rule.handed).toBe(1);
  });

  test('is made good by the true one', async () => {
    const { market, seller, rule } = await opened();
    rule.pay = async (payment, wallet) => {
      rule.pay = undefined;
      const outcome = await wallet.pay(payment);
      return outcome.kind === 'settled' ? { ...outcome, preimage: '00'.repeat(32) } : outcome;
    };
    const task = await market.buy(`${seller.origin}/a`);
    await market.until(task, one => kindsOf(one).includes('doubted'));
    await market.pass(2 * MINUTE);
    expect(await market.ended(task)).toMatchObject(BOUGHT);
    expect(rule.handed).toBe(1);
  });
});
