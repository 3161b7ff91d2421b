import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  type Clock,
  HOUR,
  minus,
  msat,
  sats,
  sum,
  systemClock,
  ZERO,
} from '../../src/base/index.ts';
import { unlocks } from '../../src/l402/index.ts';
import type { PayOutcome } from '../../src/task/wallet.ts';
import { type Behaviour, fund, type Issued, openSandboxWallet } from '../../src/wallet/index.ts';
import { type Play, PRICE, paymentOf, play } from './play.ts';

let it: Play;
beforeEach(async () => {
  it = await play();
});
afterEach(() => it.close());

async function paid(behaviour: Behaviour) {
  const invoice = await it.issue();
  await it.sandbox.setBehaviour(behaviour, invoice.hash);
  const payment = paymentOf(invoice);
  return { payment, hash: invoice.hash, outcome: await it.wallet.pay(payment) };
}

test('a new wallet holds 100,000 worthless sats of regtest and says so', async () => {
  expect(await it.wallet.status()).toEqual({
    kind: 'sandbox',
    network: 'bcrt',
    real: false,
    ready: true,
    balance: sats(100_000),
  });
});

test('funding adds whole sats and refuses anything else', async () => {
  expect(await fund(it.home, 500)).toBe(sats(100_500));
  expect((await it.wallet.status()).balance).toBe(sats(100_500));
  for (const wrong of [0, -1, 1.5, Number.NaN, 2_100_000_000_000_000, Number.MAX_SAFE_INTEGER]) {
    await expect(fund(it.home, wrong)).rejects.toMatchObject({ code: 'invalid_input' });
  }
  expect((await it.wallet.status()).balance).toBe(sats(100_500));
});

test('a late payment is in flight until its time has come', async () => {
  const { hash, outcome } = await paid({ kind: 'late', ms: HOUR });
  expect(outcome).toEqual({ kind: 'in_flight' });
  it.clock.move(HOUR - 1_000);
  expect(await it.wallet.lookUp(hash)).toEqual({ kind: 'in_flight' });
  it.clock.move(1_000);
  expect(await it.wallet.lookUp(hash)).toMatchObject({ kind: 'settled', amount: PRICE, fee: ZERO });
});

test('a late payment that is in time is waited for', async () => {
  const invoice = await it.issue();
  await it.sandbox.setBehaviour({ kind: 'late', ms: 50 }, invoice.hash);
  const outcome = await it.wallet.pay(paymentOf(invoice, { waitMs: 10_000 }));
  expect(outcome.kind).toBe('settled');
});

test('a payment that outlives its caller times out, is in flight, and settles later', async () => {
  const { payment, hash, outcome } = await paid({ kind: 'settles_after_timeout', ms: HOUR });
  expect(outcome).toEqual({ kind: 'unknown', cause: 'timeout' });
  expect(await it.wallet.pay(payment)).toEqual({ kind: 'in_flight' });
  it.clock.move(HOUR);
  expect(await it.wallet.lookUp(hash)).toMatchObject({ kind: 'settled' });
  expect((await it.sandbox.counts()).payments).toBe(1);
});

test('an error after acceptance is unknown to the caller though the money is gone', async () => {
  const { hash, outcome } = await paid({ kind: 'error_after_acceptance' });
  expect(outcome).toEqual({ kind: 'unknown', cause: 'unreachable' });
  expect(await it.sandbox.debitOf(hash)).toBe(PRICE);
});

test('a lying wallet settles with a preimage that unlocks nothing', async () => {
  const { hash, outcome } = await paid({ kind: 'wrong_preimage' });
  expect(outcome.kind === 'settled' && unlocks(outcome.preimage, hash)).toBe(false);
  expect(outcome.kind).toBe('settled');
  expect(await it.sandbox.debitOf(hash)).toBe(PRICE);
});

test('a behaviour without a hash holds for all payments, and one for a hash goes before it', async () => {
  await it.sandbox.setBehaviour({ kind: 'fail' });
  expect(await it.wallet.pay(paymentOf(await it.issue()))).toMatchObject({ kind: 'failed' });
  expect((await paid({ kind: 'instant' })).outcome.kind).toBe('settled');
});

test('only a payment that is in flight can be resolved', async () => {
  const { hash } = await paid({ kind: 'stuck' });
  expect(await it.sandbox.resolve(hash, 'settle')).toBe(true);
  expect(await it.sandbox.resolve(hash, 'fail')).toBe(false);
  expect(await it.wallet.lookUp(hash)).toMatchObject({ kind: 'settled' });
});

test('an invoice that expires while its payment is in flight stays in flight when paid again', async () => {
  const { payment, hash } = await paid({ kind: 'stuck' });
  it.clock.move(24 * HOUR);
  await it.issue();
  expect(await it.wallet.pay(payment)).toEqual({ kind: 'in_flight' });
  await it.sandbox.resolve(hash, 'settle');
  expect(await it.wallet.pay(payment)).toMatchObject({ kind: 'settled' });
});

test('an invoice of another node finds no way', async () => {
  const elsewhere = await play();
  const invoice = await elsewhere.issue();
  expect(await it.wallet.pay(paymentOf(invoice))).toEqual({
    kind: 'failed',
    code: 'PaymentFailedError',
  });
  await elsewhere.close();
});

test('a wallet whose ledger fails says that it is not ready, and never throws', async () => {
  const broken = await openSandboxWallet(it);
  const invoice = await it.issue();
  await broken.close();
  expect(await broken.status()).toMatchObject({ ready: false, balance: ZERO });
  const unreachable = { kind: 'unknown', cause: 'unreachable' };
  expect(await broken.pay(paymentOf(invoice))).toEqual(unreachable);
  expect(await broken.lookUp(invoice.hash)).toEqual(unreachable);
  expect(await it.sandbox.debitOf(invoice.hash)).toBe(ZERO);
});

test('a wallet whose ledger is locked by somebody else answers in time, and pays at most once', async () => {
  const after: Clock['after'] = (ms, signal) => systemClock.after(ms / 100, signal);
  const hurried = await openSandboxWallet({ home: it.home, clock: { now: it.clock.now, after } });
  const invoice = await it.issue();
  const intruder = new DatabaseSync(join(it.home, 'sandbox.db'));
  intruder.exec('BEGIN IMMEDIATE');
  const [status, outcome, found] = await Promise.all([
    hurried.status(),
    hurried.pay(paymentOf(invoice)),
    hurried.lookUp(invoice.hash),
  ]);
  intruder.exec('ROLLBACK');
  intruder.close();
  expect(status.ready).toBe(false);
  expect(outcome).toEqual({ kind: 'unknown', cause: 'timeout' });
  expect(found).toEqual({ kind: 'unknown', cause: 'timeout' });
  expect(await it.wallet.pay(paymentOf(invoice))).toMatchObject({ kind: 'settled' });
  expect(await it.sandbox.counts()).toMatchObject({ payments: 1, debited: PRICE });
  await hurried.close();
});

test('a ledger that is no ledger is reported and kept as it is', async () => {
  const home = join(it.home, 'damaged');
  await (await openSandboxWallet({ home, clock: systemClock })).close();
  const text = 'not a database, but something dear to somebody';
  await writeFile(join(home, 'sandbox.db'), text);
  await expect(openSandboxWallet({ home, clock: systemClock })).rejects.toMatchObject({
    code: 'wallet_unavailable',
    detail: 'sandbox.db: store_corrupt.',
  });
  expect(await readFile(join(home, 'sandbox.db'), 'utf8')).toBe(text);
});

const BEHAVIOUR: fc.Arbitrary<Behaviour> = fc
  .tuple(
    fc.constantFrom<Behaviour['kind']>(
      'instant',
      'late',
      'fail',
      'stuck',
      'error_after_acceptance',
      'settles_after_timeout',
      'wrong_preimage',
    ),
    fc.integer({ min: 0, max: 5_000 }),
    fc.bigInt({ min: 0n, max: 20_000n }),
  )
  .map(([kind, ms, fee]) => ({ kind, ms, fee: msat(fee) }));

type Act = 'pay' | 'wait' | 'settle' | 'fail';
const STEP = fc.record({
  act: fc.constantFrom<Act>('pay', 'wait', 'settle', 'fail'),
  which: fc.nat(3),
});

async function take(own: Play, act: Act, invoice: Issued): Promise<void> {
  if (act === 'wait') own.clock.move(2_000);
  else if (act === 'pay') {
    await own.wallet.pay(paymentOf(invoice, { feeLimit: sats(10), waitMs: 0 }));
  } else await own.sandbox.resolve(invoice.hash, act);
}

test('whatever is paid, resolved and waited for, the balance lacks just what has not failed', async () => {
  const story = fc.tuple(
    fc.array(BEHAVIOUR, { minLength: 4, maxLength: 4 }),
    fc.array(STEP, { maxLength: 15 }),
  );
  await fc.assert(
    fc.asyncProperty(story, async ([behaviours, steps]) => {
      const own = await play();
      const invoices = await Promise.all(
        behaviours.map(async behaviour => {
          const invoice = await own.issue();
          await own.sandbox.setBehaviour(behaviour, invoice.hash);
          return invoice;
        }),
      );
      for (const { act, which } of steps) await take(own, act, invoices[which]!);

      const ends = await Promise.all(invoices.map(({ hash }) => own.wallet.lookUp(hash)));
      const debits = await Promise.all(invoices.map(({ hash }) => own.sandbox.debitOf(hash)));
      const counts = await own.sandbox.counts();
      await own.close();
      const costsOf = (...kinds: PayOutcome['kind'][]) =>
        behaviours.map(({ fee }, at) =>
          kinds.includes(ends[at]!.kind) ? sum(PRICE, fee ?? ZERO) : ZERO,
        );
      expect(debits).toEqual(costsOf('settled'));
      expect(counts).toEqual({
        payments: debits.filter(debit => debit > 0n).length,
        debited: sum(...debits),
        balance: minus(sats(100_000), sum(...costsOf('settled', 'in_flight'))),
      });
    }),
    { numRuns: 40 },
  );
});
