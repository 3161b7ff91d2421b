import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { MINUTE, msat, SECOND, sha256 } from '../../src/base/index.ts';
import type { InvoiceIssuer } from '../../src/paywall/issuer.ts';
import type { Receipt } from '../../src/paywall/settlement.ts';
import { type LndIssuerRig, openLndIssuerRig } from '../lnd/issuer-rig.ts';
import { lndIssuerAt } from '../lnd/wallet.ts';

// What lnd does that no other issuer does, and what it must never be believed.

const ORDER = { amount: msat(21_000), description: 'api.example/v1', ttlMs: 10 * MINUTE };
const UNAVAILABLE = { code: 'wallet_unavailable' };
/** How many times shorter waits are where one is waited for in vain. */
const HASTE = 10;

let rig: LndIssuerRig;
let issuer: InvoiceIssuer;
let over: AbortController;
beforeEach(async () => {
  rig = await openLndIssuerRig();
  issuer = await rig.open();
  over = new AbortController();
});
afterEach(async () => {
  over.abort();
  await issuer.close();
  await rig.close();
});

async function sold(): Promise<string> {
  const { invoice, paymentHash } = await issuer.issue(ORDER);
  await rig.pay(invoice);
  return paymentHash;
}

/** What is told after an index, as it comes; how it ended, once it has. */
function follow(since = 0n) {
  const told: Receipt[] = [];
  const ended = (async () => {
    for await (const receipt of issuer.settlements(since, over.signal)) told.push(receipt);
  })();
  ended.catch(() => undefined);
  const hashes = () => told.map(({ paymentHash }) => paymentHash);
  return { told, hashes, ended };
}

/** Puts so many invoices on lnd's record that nobody pays. */
function addUnpaid(count: number): void {
  const { node } = rig.lnd;
  const unpaid = { text: 'lnbcrt1', createdAt: rig.now(), expiry: 600, isPrivate: true };
  for (let n = 0; n < count; n += 1) {
    node.added.push({ ...unpaid, hash: sha256(`${node.added.length}`) });
  }
}

describe('an invoice of lnd', () => {
  test('is for the msat, the words and the seconds of the order, with ways to private channels', async () => {
    await issuer.issue({ ...ORDER, amount: msat(1), ttlMs: 61 * SECOND + 999 });
    expect(rig.lnd.node.added).toMatchObject([{ expiry: 61, isPrivate: true }]);
    expect(await issuer.issue({ ...ORDER, amount: msat(1) })).toMatchObject({
      invoice: expect.stringMatching(/^lnbcrt10p1/),
    });
  });

  test.each<[what: string, change: (answer: object, other: object) => object]>([
    ['of another hash', (answer, other) => ({ ...answer, ...pick(other, 'r_hash') })],
    ['of another amount', (answer, other) => ({ ...answer, ...other })],
    ['that is none', answer => ({ ...answer, payment_request: 'lnbcrt1nonsense' })],
  ])('%s is never offered', async (_what, change) => {
    let other: object = {};
    rig.lnd.node.mangle = (_method, answer) => {
      other = answer;
      return answer;
    };
    await issuer.issue({ ...ORDER, amount: msat(1) });
    rig.lnd.node.mangle = (_method, answer) => change(answer, other);
    await expect(issuer.issue(ORDER)).rejects.toMatchObject(UNAVAILABLE);
  });

  test.each([
    ['of another hash', { r_hash: Buffer.alloc(32) }],
    ['settled with nothing', { state: 'SETTLED', amt_paid_msat: '0' }],
  ])('%s proves nothing', async (_what, lie) => {
    const hash = await sold();
    rig.lnd.node.mangle = (_method, answer) => ({ ...answer, ...lie });
    await expect(issuer.lookUp(hash)).rejects.toMatchObject(UNAVAILABLE);
  });

  test('that is held by its payee is open, and one that was withdrawn early is canceled', async () => {
    const { paymentHash } = await issuer.issue(ORDER);
    const state = (name: string) => {
      rig.lnd.node.mangle = (_method, answer) => ({ ...answer, state: name });
    };
    state('ACCEPTED');
    expect(await issuer.lookUp(paymentHash)).toEqual({ status: 'open' });
    state('CANCELED');
    expect(await issuer.lookUp(paymentHash)).toEqual({ status: 'canceled' });
    await rig.pass(11 * MINUTE);
    expect(await issuer.lookUp(paymentHash)).toEqual({ status: 'expired' });
  });
});

describe('receipts of lnd', () => {
  test('that it tells twice are told once, and invoices that nobody paid are none', async () => {
    const hashes = [await sold(), await sold()];
    await issuer.issue(ORDER);
    const { told, hashes: seen } = follow();
    await vi.waitUntil(() => told.length === 2, 10_000);
    hashes.push(await sold());
    await vi.waitUntil(() => told.length === 3, 10_000);
    expect(seen()).toEqual(hashes);
  });

  test('that came between the look for the first and the subscription are found by the next look', async () => {
    const { invoice, paymentHash } = await issuer.issue(ORDER);
    let isPaid = false;
    rig.lnd.node.mangle = async (method, answer) => {
      if (method === 'listInvoices' && !isPaid) {
        isPaid = true;
        await rig.pay(invoice);
      }
      return answer;
    };
    const { told, hashes } = follow();
    await vi.waitUntil(() => told.length === 1, 10_000);
    expect(hashes()).toEqual([paymentHash]);
  });

  test('are found among hundreds of invoices that nobody paid', async () => {
    const first = await sold();
    addUnpaid(260);
    const second = await sold();
    addUnpaid(260);
    const [all, later] = [follow(), follow(1n)];
    await vi.waitUntil(() => all.told.length === 2 && later.told.length === 1, 20_000);
    expect(all.hashes()).toEqual([first, second]);
    expect(later.hashes()).toEqual([second]);
  });

  test('of a node whose wallet was restored, which counts anew, are told from its first on', async () => {
    await sold();
    await sold();
    Object.assign(rig.lnd.node, { forgotten: 2 });
    rig.lnd.node.added.length = 0;
    const hash = await sold();
    const { told } = follow(2n);
    await vi.waitUntil(() => told.length === 1, 10_000);
    expect(told).toMatchObject([{ index: 1n, paymentHash: hash }]);
  });

  test('end with the connection, and go on from the last on the next', async () => {
    await sold();
    const before = follow();
    await vi.waitUntil(() => before.told.length === 1, 10_000);
    rig.lnd.relay.drop();
    await expect(before.ended).rejects.toMatchObject(UNAVAILABLE);
    const hash = await vi.waitUntil(() => sold().catch(() => undefined), 10_000);
    const { told } = follow(before.told[0]!.index);
    await vi.waitUntil(() => told.length === 1, 10_000);
    expect(told).toMatchObject([{ paymentHash: hash }]);
  });

  test('end when the node falls silent, which no connection tells', async () => {
    await sold();
    rig.clock.hurry(HASTE);
    const { told, ended } = follow();
    await vi.waitUntil(() => told.length === 1 && rig.lnd.node.open.size === 1, 10_000);
    rig.lnd.relay.silence(true);
    await expect(ended).rejects.toMatchObject(UNAVAILABLE);
    rig.lnd.relay.silence(false);
  });

  test('end when another call has given their connection up for a new one, whether it is dead or not', async () => {
    await sold();
    rig.clock.hurry(HASTE);
    const { told, ended } = follow();
    await vi.waitUntil(() => told.length === 1 && rig.lnd.node.open.size === 1, 10_000);
    rig.lnd.relay.silence(true);
    await expect(issuer.issue(ORDER)).rejects.toMatchObject(UNAVAILABLE);
    rig.lnd.relay.silence(false);
    await vi.waitUntil(() => sold().catch(() => undefined), 10_000);
    await expect(ended).rejects.toMatchObject(UNAVAILABLE);
  });

  test('are not mixed with those of another node at the same place', async () => {
    await sold();
    rig.lnd.node.id = `03${'ab'.repeat(32)}`;
    const { told, ended } = follow(1n);
    await expect(ended).rejects.toMatchObject(UNAVAILABLE);
    expect(told).toEqual([]);
  });

  test.each([
    ['called off', () => over.abort()],
    ['had enough', () => undefined],
  ])('leave no call open once whoever waited for them has %s', async (_how, callOff) => {
    await sold();
    await sold();
    for await (const { index } of issuer.settlements(1n, over.signal)) {
      expect(index).toBe(2n);
      expect(rig.lnd.node.open.size).toBe(1);
      callOff();
      break;
    }
    await vi.waitUntil(() => rig.lnd.node.open.size === 0, 10_000);
  });
});

describe('a seller', () => {
  test('may not be opened on a node of another network, or without the rights', async () => {
    const { lnd, clock } = rig;
    await expect(lndIssuerAt(() => lnd.address(), clock).then(open => open.issue(ORDER)))
      // A buyer's macaroon looks, and makes no invoices.
      .rejects.toMatchObject(UNAVAILABLE);
    lnd.node.network = 'tbs';
    await expect(rig.open()).rejects.toMatchObject(UNAVAILABLE);
  });

  test('gives up on a node that does not answer', async () => {
    rig.clock.hurry(HASTE);
    rig.lnd.relay.silence(true);
    await expect(issuer.lookUp('ab'.repeat(32))).rejects.toMatchObject(UNAVAILABLE);
    rig.lnd.relay.silence(false);
  });
});

function pick(from: object, name: string): object {
  return { [name]: (from as Record<string, unknown>)[name] };
}
