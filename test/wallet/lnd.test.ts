import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  afterAll,
  beforeAll,
  beforeEach,
  describe,
  expect,
  onTestFinished,
  test,
  vi,
} from 'vitest';
import {
  type Clock,
  HOUR,
  MINUTE,
  msat,
  SECOND,
  sats,
  silent,
  sum,
  systemClock,
  TollkeeperError,
} from '../../src/base/index.ts';
import { openLine } from '../../src/node/index.ts';
import type { Payment, PayOutcome } from '../../src/task/wallet.ts';
import { type Behaviour, openLndWallet } from '../../src/wallet/index.ts';
import { selfSigned } from '../lnd/certificate.ts';
import type { PaymentMessage } from '../lnd/record.ts';
import { type LndRig, openLndRig } from '../lnd/rig.ts';
import { lndWalletAt } from '../lnd/wallet.ts';
import { paymentOf } from './play.ts';

const UNREACHABLE: PayOutcome = { kind: 'unknown', cause: 'unreachable' };
const TIMEOUT: PayOutcome = { kind: 'unknown', cause: 'timeout' };
const NOT_FOUND: PayOutcome = { kind: 'unknown', cause: 'not_found' };

/** How much longer than `waitMs` a payment may take, and how long a look may, ms. */
const LOOK_MS = 5 * SECOND;
/** For the machine to be slow in, ms. */
const MARGIN = 3 * SECOND;

/** How many times shorter waits are where one is waited for in vain. */
const HASTE = 20;

let rig: LndRig;
beforeAll(async () => {
  rig = await openLndRig();
});
afterAll(() => rig.close());
beforeEach(() => {
  const { node, relay } = rig.lnd;
  const mangle = (_method: string, answer: object) => answer;
  Object.assign(node, { condition: 'active', network: 'bcrt', refuses: undefined, mangle });
  node.requests.length = 0;
  relay.silence(false);
  rig.clock.hurry(1);
});

async function due(behaviour: Behaviour = { kind: 'instant' }, change: Partial<Payment> = {}) {
  const { lnd } = rig;
  const invoice = await lnd.sandbox.issue({
    issuer: 'test',
    amount: sats(100),
    description: 'a thing',
    ttlMs: 10 * MINUTE,
  });
  await lnd.sandbox.setBehaviour(behaviour, invoice.hash);
  return paymentOf(invoice, { feeLimit: sats(5), waitMs: 2 * SECOND, ...change });
}

const orders = ({ paymentHash }: Payment): number => rig.lnd.node.orders.get(paymentHash) ?? 0;

/** Has the fake change what it says of payments. */
function retell(change: (record: PaymentMessage) => object): void {
  rig.lnd.node.mangle = (method, answer) =>
    method.endsWith('PaymentV2') ? change(answer as PaymentMessage) : answer;
}

/** Does something between a wallet's look and its sending. */
function meanwhile(something: () => Promise<unknown>): void {
  rig.lnd.node.mangle = async (method, answer) => {
    if (method !== 'getInfo') return answer;
    rig.lnd.node.mangle = (_, plain) => plain;
    await something();
    return answer;
  };
}

describe('A payment is handed to lnd', () => {
  test('always with a fee limit, a time limit and a bound on its parts, and goes on without us', async () => {
    for (const feeLimit of [sats(5), msat(0)]) {
      await rig.wallet.pay(await due({ kind: 'instant' }, { feeLimit, waitMs: 20 * SECOND }));
      expect(rig.lnd.node.requests.at(-1)).toMatchObject({
        fee_limit_msat: String(feeLimit),
        fee_limit_sat: '0',
        timeout_seconds: 20,
        max_parts: 16,
        cancelable: false,
        amt_msat: '0',
      });
    }
    await rig.wallet.pay(await due({ kind: 'instant' }, { waitMs: 0 }));
    await rig.wallet.pay(await due({ kind: 'instant' }, { waitMs: HOUR }));
    const limits = rig.lnd.node.requests.map(({ timeout_seconds }) => timeout_seconds);
    expect(limits).toEqual([20, 20, 1, 60]);
  });

  test('once, however often it is ordered at the same time and although it fails', async () => {
    const payment = await due({ kind: 'fail' });
    const again = Promise.withResolvers<PayOutcome>();
    // The second has every chance to be done between the look and the sending of the first.
    meanwhile(() => {
      again.resolve(rig.wallet.pay(payment));
      return Promise.race([again.promise, rig.clock.after(SECOND / 4)]);
    });
    const failed: PayOutcome = { kind: 'failed', code: 'PaymentFailedError' };
    expect(await rig.wallet.pay(payment)).toEqual(failed);
    expect(await again.promise).toEqual(failed);
    expect(orders(payment)).toBe(1);
  });

  test('and followed where another handed it over between our look and our sending', async () => {
    const payment = await due();
    const other = await rig.again();
    meanwhile(() => other.pay(payment));
    const outcome = await rig.wallet.pay(payment);
    await other.close();
    expect(outcome).toMatchObject({ kind: 'settled', amount: payment.amount });
    expect(rig.lnd.node.requests).toHaveLength(2);
    expect(orders(payment)).toBe(1);
  });

  test('never on the strength of an old look, such as of a process that was stopped meanwhile', async () => {
    const payment = await due();
    meanwhile(async () => rig.clock.move(6 * SECOND));
    expect(await rig.wallet.pay(payment)).toEqual(TIMEOUT);
    expect(orders(payment)).toBe(0);
  });

  test('never after the call has ended', async () => {
    const payment = await due({ kind: 'instant' }, { waitMs: 0 });
    await rig.wallet.status();
    rig.lnd.relay.silence(true);
    rig.clock.hurry(HASTE);
    expect(await rig.wallet.pay(payment)).toEqual(TIMEOUT);
    rig.clock.hurry(1);
    rig.lnd.relay.silence(false);
    expect(await rig.wallet.lookUp(payment.paymentHash)).toEqual(NOT_FOUND);
    expect(orders(payment)).toBe(0);
  });

  test('never for a call that waited for another of its hash until nobody waited for it', async () => {
    const payment = await due();
    await rig.wallet.status();
    rig.lnd.relay.silence(true);
    rig.clock.hurry(HASTE);
    const first = rig.wallet.pay({ ...payment, waitMs: 10 * SECOND });
    expect(await rig.wallet.pay({ ...payment, waitMs: 0 })).toEqual(TIMEOUT);
    expect(await first).toEqual(TIMEOUT);
    rig.clock.hurry(1);
    rig.lnd.relay.silence(false);
    for (const _ of 'some time') await rig.wallet.lookUp(payment.paymentHash);
    expect(rig.lnd.node.requests).toEqual([]);
  });

  test.each([
    ['has not caught up with its chain', { condition: 'unsynced' }],
    ['is of another network', { network: 'bc' }],
    ['is locked', { condition: 'locked' }],
  ] as const)('never to a node that %s, whose status says so', async (_, change) => {
    const payment = await due();
    Object.assign(rig.lnd.node, change);
    expect(await rig.wallet.pay(payment)).toEqual(UNREACHABLE);
    expect(rig.lnd.node.requests).toEqual([]);
    const network = 'network' in change ? change.network : 'bcrt';
    expect(await rig.wallet.status()).toMatchObject({
      kind: 'lnd',
      network,
      real: network === 'bc',
      ready: false,
    });
  });

  test('only if our own reading of the invoice agrees, but a known one is looked at first', async () => {
    const payment = await due({ kind: 'stuck' }, { waitMs: 50 });
    await rig.wallet.pay(payment);
    rig.clock.move(HOUR);
    expect(await rig.wallet.pay(payment)).toEqual({ kind: 'in_flight' });
    const late = await due();
    rig.clock.move(HOUR);
    expect(await rig.wallet.pay(late)).toEqual({ kind: 'failed', code: 'INVOICE_INVALID' });
    expect(rig.lnd.node.requests).toHaveLength(1);
  });
});

describe('A sum is freed', () => {
  test('where lnd refused before it recorded anything', async () => {
    const payment = await due();
    const wallet = lndWalletAt(() => rig.lnd.address(), systemClock);
    rig.clock.move(HOUR);
    expect(await wallet.pay(payment)).toEqual({ kind: 'failed', code: 'INVOICE_INVALID' });
    await wallet.close();
    expect(rig.lnd.node.requests).toHaveLength(1);
    expect(orders(payment)).toBe(0);
  });

  test('by no refusal of which lnd has a record after all', async () => {
    const payment = await due({ kind: 'stuck' }, { waitMs: 50 });
    const wallet = lndWalletAt(() => rig.lnd.address(), systemClock);
    meanwhile(async () => {
      await rig.wallet.pay(payment);
      rig.clock.move(HOUR);
    });
    expect(await wallet.pay(payment)).toEqual({ kind: 'in_flight' });
    await wallet.close();
    expect(rig.lnd.node.requests).toHaveLength(2);
  });

  test.each([
    ["invoice not for current active network 'regtest'", 'INVOICE_INVALID'],
    [
      'the AMP flag (--amp or SendPaymentRequest.Amp) must be set to pay an AMP invoice',
      'INVOICE_INVALID',
    ],
    ['cltv limit 1008 should be greater than 2020', 'INVOICE_INVALID'],
    ['self-payments not allowed', 'PaymentFailedError'],
  ])('for a refusal of which lnd keeps no record: %s', async (refuses, code) => {
    const payment = await due();
    rig.lnd.node.refuses = refuses;
    expect(await rig.wallet.pay(payment)).toEqual({ kind: 'failed', code });
  });

  test.each([
    'unable to init payment: database not open',
    'server exiting',
    'say no, invoice expired',
  ])('for no other refusal, since the payment may be under way: %s', async refuses => {
    const payment = await due();
    rig.lnd.node.refuses = refuses;
    expect(await rig.wallet.pay(payment)).toEqual(UNREACHABLE);
  });

  test.each([
    ['an attempt is on its way', { htlcs: [{ status: 'IN_FLIGHT' }] }, { kind: 'in_flight' }],
    ['an attempt has settled', { htlcs: [{ status: 'SUCCEEDED' }] }, { kind: 'in_flight' }],
    ['there is a preimage', { payment_preimage: 'ab'.repeat(32) }, { kind: 'in_flight' }],
    ['it is of another hash', { payment_hash: '00'.repeat(32) }, UNREACHABLE],
    ['its status is none that lnd has', { status: 'UNKNOWN' }, { kind: 'in_flight' }],
  ])('by no record that says failed while %s', async (_, change, outcome) => {
    const payment = await due({ kind: 'fail' }, { waitMs: 50 });
    retell(record => ({ ...record, status: 'FAILED', ...change }));
    expect(await rig.wallet.pay(payment)).toEqual(outcome);
    expect(await rig.wallet.lookUp(payment.paymentHash)).toEqual(outcome);
  });

  test.each([
    ['FAILURE_REASON_TIMEOUT', 'PaymentFailedError'],
    ['FAILURE_REASON_ERROR', 'PaymentFailedError'],
    ['FAILURE_REASON_CANCELED', 'PaymentFailedError'],
    ['FAILURE_REASON_INCORRECT_PAYMENT_DETAILS', 'PaymentFailedError'],
    ['FAILURE_REASON_NO_ROUTE', 'no_route'],
  ])('for %s with the code %s', async (failure_reason, code) => {
    const payment = await due({ kind: 'fail' });
    retell(record => ({ ...record, failure_reason }));
    await rig.wallet.pay(payment);
    expect(await rig.wallet.lookUp(payment.paymentHash)).toEqual({ kind: 'failed', code });
  });
});

test('A fee is called too much only where it is known what would have been too much', async () => {
  const payment = await due({ kind: 'instant', fee: sats(6) });
  expect(await rig.wallet.pay(payment)).toEqual({ kind: 'failed', code: 'FEE_LIMIT' });
  const looked = await rig.wallet.lookUp(payment.paymentHash);
  expect(looked).toEqual({ kind: 'failed', code: 'no_route' });
});

describe('Money whose peers are away', () => {
  const NO_MONEY = { failure_reason: 'FAILURE_REASON_INSUFFICIENT_BALANCE' };

  /** Has every peer away for so many looks at the channels, and payments called short of money. */
  function away(looks: number, onLook = (): unknown => undefined): void {
    rig.lnd.node.mangle = (method, answer) => {
      if ('failure_reason' in answer) return { ...answer, ...NO_MONEY };
      if (method !== 'listChannels') return answer;
      onLook();
      if (looks-- <= 0) return answer;
      const { channels } = answer as { channels: object[] };
      return { channels: channels.map(channel => ({ ...channel, active: false })) };
    };
  }

  test('is waited for, as after a start of lnd', async () => {
    const payment = await due();
    const looks: number[] = [];
    away(3, () => looks.push(orders(payment)));
    expect((await rig.wallet.pay(payment)).kind).toBe('settled');
    expect(looks).toEqual([0, 0, 0, 0]);
  });

  test('has no way if they stay away, which is not a lack of it', async () => {
    const payment = await due({ kind: 'fail' });
    away(Number.POSITIVE_INFINITY);
    expect(await rig.wallet.pay(payment)).toEqual({ kind: 'failed', code: 'no_route' });
    expect(orders(payment)).toBe(1);
  });

  test('had no way, also if they are back when that is looked into', async () => {
    const payment = await due({ kind: 'fail' });
    retell(record => ({ ...record, ...NO_MONEY }));
    expect(await rig.wallet.pay(payment)).toEqual({ kind: 'failed', code: 'no_route' });
  });

  test('is waited for no longer than half of what the payment may take, however slowly lnd answers', async () => {
    const payment = await due({ kind: 'instant' }, { waitMs: 4 * SECOND });
    let looks = 0;
    away(Number.POSITIVE_INFINITY, () => {
      looks += 1;
      rig.clock.move(SECOND);
    });
    expect((await rig.wallet.pay(payment)).kind).toBe('settled');
    expect(looks).toBe(2);
  });

  test('is sent for no call that has ended meanwhile', async () => {
    const payment = await due();
    const { clock } = rig;
    // Rests so long that the call ends during one.
    const after: Clock['after'] = (ms, signal) =>
      clock.after(ms < SECOND ? HOUR : ms / HASTE, signal);
    const wallet = lndWalletAt(() => rig.lnd.address(), { now: clock.now, after });
    onTestFinished(() => wallet.close());
    away(1);
    expect(await wallet.pay(payment)).toEqual(TIMEOUT);
    for (const _ of 'some time') await rig.wallet.lookUp(payment.paymentHash);
    expect(rig.lnd.node.requests).toEqual([]);
  });

  test('is not counted on for more than it is', async () => {
    const payment = await due({ kind: 'fail' });
    const { balance } = await rig.wallet.status();
    retell(record => ({ ...record, ...NO_MONEY, value_msat: String(balance * 2n) }));
    expect(await rig.wallet.pay(payment)).toEqual({ kind: 'failed', code: 'insufficient_balance' });
  });
});

describe('What lnd says of a payment', () => {
  test('is listened to no longer than a call lasts, as is anything else', async () => {
    const payment = await due({ kind: 'stuck' }, { waitMs: 50 });
    for (const _ of 'again') await rig.wallet.pay(payment);
    await rig.wallet.lookUp(payment.paymentHash);
    await vi.waitUntil(() => rig.lnd.node.open.size === 0);

    rig.lnd.node.mangle = () => Promise.withResolvers<object>().promise;
    rig.clock.hurry(HASTE);
    expect(await rig.wallet.status()).toMatchObject({ ready: false });
    await vi.waitUntil(() => rig.lnd.node.open.size === 0);
  });

  test('ends the wait at once when the connection breaks, as in flight if lnd has it', async () => {
    const payment = await due({ kind: 'stuck' }, { waitMs: HOUR });
    const paying = rig.wallet.pay(payment);
    const found = async () => (await rig.wallet.lookUp(payment.paymentHash)).kind;
    await vi.waitUntil(async () => (await found()) === 'in_flight');
    rig.lnd.relay.drop();
    expect(await paying).toEqual({ kind: 'in_flight' });
    expect(await rig.wallet.lookUp(payment.paymentHash)).toEqual({ kind: 'in_flight' });
  });

  test('may come too late: then it is unknown, and a look-up finds it', async () => {
    const payment = await due({ kind: 'settles_after_timeout', ms: 50 }, { waitMs: 50 });
    rig.clock.hurry(HASTE);
    expect(await rig.wallet.pay(payment)).toEqual(TIMEOUT);
    rig.clock.hurry(1);
    expect((await rig.wallet.lookUp(payment.paymentHash)).kind).toBe('settled');
  });

  test('is handed on with the preimage as lnd has it, right or wrong: the loop raises the alarm', async () => {
    const payment = await due({ kind: 'wrong_preimage' });
    const outcome = await rig.wallet.pay(payment);
    const { preimage } = rig.lnd.node.books.row(payment.paymentHash)!;
    expect(outcome).toMatchObject({ kind: 'settled', preimage });
  });

  test.each([
    ['a negative fee', { fee_msat: '-1' }],
    ['a negative amount', { value_msat: '-100000' }],
    ['no amount', { value_msat: '0' }],
    ['more than all bitcoin', { value_msat: '9223372036854775807' }],
    ['another hash', { payment_hash: '00'.repeat(32) }],
  ])('settles nothing if it is nonsense: %s', async (_, change) => {
    const payment = await due();
    retell(record => ({ ...record, ...change }));
    expect(await rig.wallet.pay(payment)).toEqual(UNREACHABLE);
    expect(await rig.wallet.lookUp(payment.paymentHash)).toEqual(UNREACHABLE);
  });
});

describe('The balance', () => {
  test('is what can be sent: without reserves and without channels whose peer is away, to the msat', async () => {
    const payment = await due({ kind: 'instant', fee: msat(1_234) });
    const before = (await rig.wallet.status()).balance;
    expect(before).toBe((await rig.lnd.sandbox.counts()).balance);
    await rig.wallet.pay(payment);
    expect((await rig.wallet.status()).balance).toBe(before - payment.amount - 1_234n);
  });

  test('is nothing where the reserve takes all, and where there is no channel', async () => {
    const channel = { active: true, local_balance: '900' };
    const reserve = { local_constraints: { chan_reserve_sat: '1000' } };
    for (const channels of [[{ ...channel, ...reserve }], []]) {
      rig.lnd.node.mangle = (method, answer) => {
        const msat = channels.length === 0 ? '0' : '900999';
        if (method === 'channelBalance') return { local_balance: { msat } };
        return method === 'listChannels' ? { channels } : answer;
      };
      expect(await rig.wallet.status()).toMatchObject({ ready: true, balance: 0n });
    }
  });
});

describe('The list of what was sent', () => {
  beforeEach(async () => {
    const shared = rig;
    rig = await openLndRig();
    return async () => {
      await rig.close();
      rig = shared;
    };
  });
  const listed = async (since = 0) => rig.wallet.sent(since);

  /** Adds settled payments of 1 msat straight to the ledger, one each second. */
  function add(count: number, from: number): void {
    const db = new DatabaseSync(join(rig.home, 'sandbox.db'));
    const statement = db.prepare(
      `INSERT INTO payment (hash, attempt, issuer, msat, fee_msat, state, preimage, at)
       VALUES (:hash, '', '', 1, 0, 'settled', :hash, :at)`,
    );
    db.exec('BEGIN');
    for (let index = 0; index < count; index += 1) {
      const at = from + index * SECOND;
      statement.run({ hash: index.toString(16).padStart(64, '0'), at });
    }
    db.exec('COMMIT');
    db.close();
  }

  test('is whole over many pages, each payment once, from the very millisecond on', async () => {
    const from = 1_700_000_000_500;
    add(600, from);
    const all = await listed();
    expect(all).toHaveLength(600);
    expect(new Set(all.map(({ paymentHash }) => paymentHash)).size).toBe(600);
    expect(all[0]).toEqual({ paymentHash: '0'.repeat(64), cost: 1n, at: from });
    expect(await listed(from + 100 * SECOND)).toHaveLength(500);
    expect(await listed(from + 100 * SECOND + 1)).toHaveLength(499);
    expect(await listed(-1)).toHaveLength(600);
  });

  test('counts what is under way with the fees of its attempts, and what failed not at all', async () => {
    const fee = msat(700);
    const [under, failed] = [await due({ kind: 'stuck', fee }), await due({ kind: 'fail' })];
    for (const payment of [under, failed]) await rig.wallet.pay({ ...payment, waitMs: 50 });
    const sent = await listed();
    expect(sent).toMatchObject([{ paymentHash: under.paymentHash, cost: sum(under.amount, fee) }]);
    expect(Math.abs(sent[0]!.at - systemClock.now())).toBeLessThan(MINUTE);
  });

  test('is refused rather than cut short where it is broken, has no end, or is not to be had', async () => {
    await rig.wallet.pay(await due());
    const page = (payment: object, last = '1') => ({
      payments: Array.from({ length: 250 }, () => payment),
      last_index_offset: last,
    });
    const record = { payment_hash: 'ab'.repeat(32), value_msat: '1', creation_time_ns: '1' };
    const started = performance.now();
    for (const answer of [
      page(record, '0'),
      page({ ...record, value_msat: '-5' }),
      page({ ...record, creation_time_ns: '-5' }),
    ]) {
      rig.lnd.node.mangle = () => answer;
      await expect(listed()).rejects.toMatchObject({ code: 'wallet_unavailable' });
    }
    await rig.lnd.relay.shut();
    await expect(listed()).rejects.toMatchObject({ code: 'wallet_unavailable' });
    expect(performance.now() - started).toBeLessThan(LOOK_MS);
  });
});

describe('A node that is not to be spoken to', () => {
  const troubles = [
    ['shows another certificate', () => ({ certificate: selfSigned().certificate })],
    ['does not know the macaroon', () => ({ macaroon: Buffer.from('0201036c6e64', 'hex') })],
    ['finds the macaroon expired', () => ({ macaroon: rig.lnd.authority.bake(undefined, 1) })],
    ['misses a right', () => ({ macaroon: rig.lnd.authority.bake(['info:read']) })],
    ['is not there', () => void rig.lnd.relay.shut()],
    ['is silent', () => rig.lnd.relay.silence(true)],
  ] as const;

  test.each(troubles)('gets no money, and nothing waits for it: it %s', async (_, trouble) => {
    const payment = await due({ kind: 'instant' }, { waitMs: 100 });
    const change = trouble() ?? {};
    const wallet = lndWalletAt(() => rig.lnd.address(change), rig.clock);
    onTestFinished(() => wallet.close());
    const started = performance.now();
    const [paid, found, status] = await Promise.all([
      wallet.pay(payment),
      wallet.lookUp(payment.paymentHash),
      wallet.status(),
    ]);
    expect(performance.now() - started).toBeLessThan(100 + LOOK_MS + MARGIN);
    const cause = expect.stringMatching(/^(unreachable|timeout)$/);
    expect([paid, found]).toEqual([
      { kind: 'unknown', cause },
      { kind: 'unknown', cause },
    ]);
    expect(status).toEqual({
      kind: 'lnd',
      network: 'bcrt',
      real: false,
      ready: false,
      balance: 0n,
    });
    expect(orders(payment)).toBe(0);
    if (rig.lnd.relay.isShut) await rig.lnd.relay.open();
  });

  test('is used again by the same wallet once it is back, there or elsewhere', async () => {
    for (const port of [undefined, 0]) {
      await rig.lnd.relay.shut();
      expect((await rig.wallet.pay(await due())).kind).toBe('unknown');
      await rig.lnd.relay.open(port);
      rig.clock.move(SECOND);
      expect((await rig.wallet.pay(await due())).kind).toBe('settled');
    }
  });

  test('may not even be known yet: that is no exception either', async () => {
    const nowhere = () => Promise.reject(new TollkeeperError('node_not_initialized'));
    const line = openLine(nowhere, rig.clock);
    const wallet = openLndWallet({ line, network: 'bc', clock: rig.clock, log: silent });
    const payment = await due();
    expect(await wallet.pay(payment)).toEqual(UNREACHABLE);
    expect(await wallet.lookUp(payment.paymentHash)).toEqual(UNREACHABLE);
    expect(await wallet.status()).toMatchObject({ network: 'bc', real: true, ready: false });
    await expect(wallet.sent(0)).rejects.toMatchObject({ code: 'wallet_unavailable' });
    await wallet.close();
  });
});
