import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HOUR, type Msat, SECOND, sats, sum, systemClock, ZERO } from '../../src/base/index.ts';
import { unlocks } from '../../src/l402/index.ts';
import type { Payment, PayOutcome, Wallet } from '../../src/task/wallet.ts';

/**
 * How a payment of an invoice is to go: `unheard` settles while its caller gets no answer; the payee refuses one
 * that `fails`; no way leads to the payee of one that is `unroutable`.
 */
export type Fate = 'settles' | 'fails' | 'hangs' | 'unheard' | 'unroutable';
/** What makes an invoice one that must not be paid. */
export type Flaw = 'expired' | 'foreign network' | 'no amount';

/** What not every rig can bring about; the promises that need it are skipped without it. */
export type Ability = Exclude<Fate, 'settles'> | 'costs a fee';

/** A wallet with money in it, and the other side of the Lightning network. */
export interface WalletRig {
  readonly wallet: Wallet;
  /** The BOLT11 prefix that the wallet pays. */
  readonly network: string;
  /** Another wallet over the same money, as another process would open it. */
  again(): Promise<Wallet>;
  /** An invoice that somebody else wants to be paid. */
  invoice(
    amount: Msat,
    options?: { readonly fate?: Fate; readonly fee?: Msat; readonly flaw?: Flaw },
  ): Promise<{ readonly text: string; readonly hash: string }>;
  /** Ends a payment that hangs. */
  release(hash: string, end: 'settle' | 'fail'): Promise<void>;
  /** What really left the wallet for a hash, fees in, by the node's own books. */
  debits(hash: string): Promise<{ readonly count: number; readonly total: Msat }>;
  close(): Promise<void>;
}

const PRICE = sats(120);
const FEE_LIMIT = sats(5);
const LONG = 10 * SECOND;
const SHORT = 200;
/** How much longer than `waitMs` a call may take. */
const MARGIN = 6 * SECOND;

/** What the loop relies on in every wallet, whatever is behind it. */
export function walletContract(
  name: string,
  can: ReadonlySet<Ability>,
  open: () => Promise<WalletRig>,
): void {
  describe(`${name} keeps the promises of a wallet:`, () => {
    let rig: WalletRig;
    beforeEach(async () => {
      rig = await open();
    });
    afterEach(() => rig.close());

    async function ask(
      options: Parameters<WalletRig['invoice']>[1] = {},
      change: Partial<Payment> = {},
    ): Promise<Payment> {
      const { text, hash } = await rig.invoice(change.amount ?? PRICE, options);
      return {
        paymentHash: hash,
        invoice: text,
        amount: PRICE,
        feeLimit: FEE_LIMIT,
        attemptId: randomUUID(),
        waitMs: LONG,
        ...change,
      };
    }
    const listed = async (since: number, hash: string) =>
      (await rig.wallet.sent(since)).filter(({ paymentHash }) => paymentHash === hash);
    const balance = async (): Promise<Msat> => (await rig.wallet.status()).balance;

    test('it says what it is, on which network, and what it can send', async () => {
      const status = await rig.wallet.status();
      expect(status).toMatchObject({ network: rig.network, ready: true });
      expect(status.real).toBe(rig.network === 'bc');
      expect(status.balance).toBeGreaterThan(PRICE);
    });

    test('a settled payment carries the preimage and costs the amount and at most the fee limit', async () => {
      const before = await balance();
      const payment = await ask();
      const outcome = settled(await rig.wallet.pay(payment));
      expect(unlocks(outcome.preimage, payment.paymentHash)).toBe(true);
      expect(outcome.amount).toBe(PRICE);
      expect(outcome.fee).toBeLessThanOrEqual(FEE_LIMIT);
      const cost = sum(outcome.amount, outcome.fee);
      expect(await rig.debits(payment.paymentHash)).toEqual({ count: 1, total: cost });
      expect(before - (await balance())).toBe(cost);
    });

    test('paying a settled hash again answers as the first time and debits nothing', async () => {
      const payment = await ask();
      const first = settled(await rig.wallet.pay(payment));
      const left = await balance();
      expect(await rig.wallet.pay(payment)).toEqual(first);
      expect(await rig.wallet.pay({ ...payment, attemptId: randomUUID() })).toEqual(first);
      expect(await rig.wallet.lookUp(payment.paymentHash)).toEqual(first);
      expect(await balance()).toBe(left);
    });

    test('two wallets that pay one hash eight times at once debit it once', async () => {
      const other = await rig.again();
      const before = await balance();
      const payment = await ask();
      const outcomes = await Promise.all(
        Array.from({ length: 8 }, (_, turn) =>
          (turn % 2 === 0 ? rig.wallet : other).pay({ ...payment, attemptId: randomUUID() }),
        ),
      );
      await other.close();
      expect(outcomes.filter(({ kind }) => kind === 'failed')).toEqual([]);
      const end = settled(await rig.wallet.lookUp(payment.paymentHash));
      const cost = sum(end.amount, end.fee);
      expect(await rig.debits(payment.paymentHash)).toEqual({ count: 1, total: cost });
      expect(before - (await balance())).toBe(cost);
    });

    test('it lists what it paid since a time, with what that cost', async () => {
      const started = systemClock.now() - SECOND;
      const payment = await ask();
      const { amount, fee } = settled(await rig.wallet.pay(payment));
      const { paymentHash } = payment;
      expect(await listed(started, paymentHash)).toMatchObject([{ cost: sum(amount, fee) }]);
      expect(await listed(systemClock.now() + HOUR, paymentHash)).toEqual([]);
    });

    test('a hash that was never paid is unknown, which is not failed', async () => {
      const { paymentHash } = await ask();
      const answer: PayOutcome = { kind: 'unknown', cause: 'not_found' };
      expect(await rig.wallet.lookUp(paymentHash)).toEqual(answer);
      expect(await rig.wallet.lookUp('00'.repeat(32))).toEqual(answer);
    });

    test.each<Flaw>(['expired', 'foreign network', 'no amount'])(
      'an invoice with a flaw (%s) is refused and debits nothing',
      async flaw => {
        const before = await balance();
        const payment = await ask({ flaw });
        expect(await rig.wallet.pay(payment)).toEqual({ kind: 'failed', code: 'INVOICE_INVALID' });
        expect((await rig.debits(payment.paymentHash)).count).toBe(0);
        expect(await balance()).toBe(before);
      },
    );

    test('an invoice that does not say what the payment says is refused and debits nothing', async () => {
      const before = await balance();
      const payment = await ask();
      const { paymentHash } = await ask();
      for (const lie of [
        { ...payment, amount: sats(1) },
        { ...payment, paymentHash },
        { ...payment, invoice: 'lnbcrt1notaninvoice' },
      ]) {
        expect(await rig.wallet.pay(lie)).toEqual({ kind: 'failed', code: 'INVOICE_INVALID' });
      }
      expect(await balance()).toBe(before);
    });

    test('more than the wallet holds is refused for lack of balance', async () => {
      const before = await balance();
      const payment = await ask({}, { amount: sum(before, before) });
      expect(await rig.wallet.pay(payment)).toEqual({
        kind: 'failed',
        code: 'insufficient_balance',
      });
      expect(await balance()).toBe(before);
    });

    describe.runIf(can.has('costs a fee'))('with fees,', () => {
      test('a fee inside the limit is told and debited', async () => {
        const payment = await ask({ fee: FEE_LIMIT });
        expect(settled(await rig.wallet.pay(payment)).fee).toBe(FEE_LIMIT);
        expect((await rig.debits(payment.paymentHash)).total).toBe(sum(PRICE, FEE_LIMIT));
      });

      test('a fee over the limit is refused and debits nothing', async () => {
        const before = await balance();
        const payment = await ask({ fee: sum(FEE_LIMIT, 1n as Msat) });
        const failed: PayOutcome = { kind: 'failed', code: 'FEE_LIMIT' };
        expect(await rig.wallet.pay(payment)).toEqual(failed);
        expect(await rig.wallet.pay(payment)).toEqual(failed);
        // A look-up is told no limit, and not every node keeps the one that it was given.
        expect(await rig.wallet.lookUp(payment.paymentHash)).toEqual({
          kind: 'failed',
          code: expect.stringMatching(/^(FEE_LIMIT|no_route)$/),
        });
        expect(await balance()).toBe(before);
      });
    });

    describe.runIf(can.has('unroutable'))('when no way leads to the payee,', () => {
      test('the payment says so, is failed for good and debits nothing', async () => {
        const before = await balance();
        const payment = await ask({ fate: 'unroutable' });
        const failed: PayOutcome = { kind: 'failed', code: 'no_route' };
        expect(await rig.wallet.pay(payment)).toEqual(failed);
        expect(await rig.wallet.lookUp(payment.paymentHash)).toEqual(failed);
        expect(await rig.wallet.pay(payment)).toEqual(failed);
        expect(await listed(0, payment.paymentHash)).toEqual([]);
        expect(await balance()).toBe(before);
      });
    });

    describe.runIf(can.has('fails'))('when the payment fails,', () => {
      test('the payment is failed for good and its sum is free again', async () => {
        const before = await balance();
        const payment = await ask({ fate: 'fails' });
        const failed: PayOutcome = { kind: 'failed', code: 'PaymentFailedError' };
        expect(await rig.wallet.pay(payment)).toEqual(failed);
        expect(await rig.wallet.lookUp(payment.paymentHash)).toEqual(failed);
        expect(await rig.wallet.pay(payment)).toEqual(failed);
        expect(await rig.debits(payment.paymentHash)).toEqual({ count: 0, total: ZERO });
        expect(await balance()).toBe(before);
      });
    });

    describe.runIf(can.has('hangs'))('when a payment hangs,', () => {
      test('the call ends in time, saying that it is in flight, also when it is made again', async () => {
        const payment = await ask({ fate: 'hangs' }, { waitMs: SHORT });
        for (const _ of ['first', 'again']) {
          const started = systemClock.now();
          expect(await rig.wallet.pay(payment)).toEqual({ kind: 'in_flight' });
          expect(systemClock.now() - started).toBeLessThan(SHORT + MARGIN);
        }
        expect(await rig.wallet.lookUp(payment.paymentHash)).toEqual({ kind: 'in_flight' });
        expect(await listed(0, payment.paymentHash)).toHaveLength(1);
        await rig.release(payment.paymentHash, 'fail');
        expect(await listed(0, payment.paymentHash)).toEqual([]);
      });

      test('its sum is held until it settles, once, however often it was paid meanwhile', async () => {
        const before = await balance();
        const payment = await ask({ fate: 'hangs' }, { waitMs: SHORT });
        await Promise.all([rig.wallet.pay(payment), rig.wallet.pay(payment)]);
        expect(before - (await balance())).toBeGreaterThanOrEqual(PRICE);
        await rig.release(payment.paymentHash, 'settle');

        const outcome = settled(await rig.wallet.pay({ ...payment, waitMs: LONG }));
        expect(unlocks(outcome.preimage, payment.paymentHash)).toBe(true);
        expect((await rig.debits(payment.paymentHash)).count).toBe(1);
        expect(before - (await balance())).toBe(sum(outcome.amount, outcome.fee));
      });

      test('a payment that waits for it hears of its end at once', async () => {
        const payment = await ask({ fate: 'hangs' });
        const waiting = rig.wallet.pay(payment);
        await rig.wallet.pay({ ...payment, waitMs: 0 });
        await rig.release(payment.paymentHash, 'settle');
        settled(await waiting);
      });

      test('one that fails in the end is failed for good and its sum is free again', async () => {
        const before = await balance();
        const payment = await ask({ fate: 'hangs' }, { waitMs: SHORT });
        await rig.wallet.pay(payment);
        await rig.release(payment.paymentHash, 'fail');
        const outcome = await rig.wallet.pay({ ...payment, waitMs: LONG });
        expect(outcome.kind).toBe('failed');
        expect(await rig.wallet.lookUp(payment.paymentHash)).toEqual(outcome);
        expect(await balance()).toBe(before);
      });
    });

    describe.runIf(can.has('unheard'))('when the answer to a payment is lost,', () => {
      test('it is unknown, a look-up finds it, and paying again debits nothing more', async () => {
        const payment = await ask({ fate: 'unheard' }, { waitMs: SHORT });
        expect((await rig.wallet.pay(payment)).kind).toBe('unknown');
        const found = settled(await rig.wallet.lookUp(payment.paymentHash));
        expect(unlocks(found.preimage, payment.paymentHash)).toBe(true);
        expect(await rig.wallet.pay({ ...payment, waitMs: LONG })).toEqual(found);
        expect((await rig.debits(payment.paymentHash)).count).toBe(1);
      });
    });
  });
}

function settled(outcome: PayOutcome): Extract<PayOutcome, { kind: 'settled' }> {
  if (outcome.kind !== 'settled') throw new Error(`not settled but ${JSON.stringify(outcome)}`);
  return outcome;
}
