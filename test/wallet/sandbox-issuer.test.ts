import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { type Clock, msat, SECOND, systemClock } from '../../src/base/index.ts';
import { decodeInvoice } from '../../src/l402/index.ts';
import { openSandbox, openSandboxIssuer, openSandboxWallet } from '../../src/wallet/index.ts';
import { MIGRATIONS } from '../../src/wallet/sandbox/schema.ts';
import { invoiceIssuerContract } from '../contract/invoice-issuer.ts';

async function openRig() {
  const home = await mkdtemp(join(tmpdir(), 'tollkeeper-'));
  let ahead = 0;
  const clock: Clock = { now: () => systemClock.now() + ahead, after: systemClock.after };
  const wallet = await openSandboxWallet({ home, clock });
  return {
    home,
    clock,
    network: 'bcrt' as const,
    start: 0n,
    now: clock.now,
    open: () => openSandboxIssuer({ home, clock }),
    async pay(text: string) {
      const invoice = decodeInvoice(text);
      if (!invoice.ok) throw new Error(invoice.detail);
      const { amount, paymentHash } = invoice.value;
      const payment = { invoice: text, paymentHash, amount: amount!, feeLimit: msat(0) };
      const outcome = await wallet.pay({ ...payment, attemptId: randomUUID(), waitMs: SECOND });
      expect(outcome).toMatchObject({ kind: 'settled' });
    },
    async pass(ms: number) {
      ahead += ms;
    },
    async close() {
      await wallet.close();
      await rm(home, { recursive: true });
    },
  };
}

invoiceIssuerContract('the sandbox', openRig);

const ORDER = { amount: msat(1000), description: 'a', ttlMs: 60 * SECOND };

test('a payment that settles late is reported when it does, once, and is open until then', async () => {
  const rig = await openRig();
  const [issuer, sandbox] = [await rig.open(), await openSandbox(rig)];
  const ended = new AbortController();
  const { invoice, paymentHash } = await issuer.issue(ORDER);
  await sandbox.setBehaviour({ kind: 'late', ms: 3 * SECOND }, paymentHash);
  const paying = rig.pay(invoice).catch(() => 'still on its way');
  expect(await paying).toBe('still on its way');
  expect(await issuer.lookUp(paymentHash)).toEqual({ status: 'open' });
  const waiting = issuer.settlements(0n, ended.signal)[Symbol.asyncIterator]().next();
  await rig.pass(4 * SECOND);
  expect((await waiting).value).toMatchObject({ index: 1n, paymentHash, amount: 1000n });
  expect(await issuer.lookUp(paymentHash)).toMatchObject({ status: 'settled' });
  ended.abort();
  await Promise.all([issuer.close(), sandbox.close()]);
  await rig.close();
});

test('what the sandbox shop sells is not what the gateway sells', async () => {
  const rig = await openRig();
  const [issuer, sandbox] = [await rig.open(), await openSandbox(rig)];
  const shops = await sandbox.issue({ ...ORDER, issuer: 'sandbox-shop' });
  await rig.pay(shops.text);
  const { invoice, paymentHash } = await issuer.issue(ORDER);
  await rig.pay(invoice);
  const ended = new AbortController();
  const first = await issuer.settlements(0n, ended.signal)[Symbol.asyncIterator]().next();
  expect(first.value).toMatchObject({ paymentHash });
  expect(await issuer.lookUp(shops.hash)).toEqual({ status: 'not_found' });
  await Promise.all([issuer.close(), sandbox.close()]);
  await rig.close();
});

test('a ledger of the version before keeps the settlements that it had', async () => {
  const home = await mkdtemp(join(tmpdir(), 'tollkeeper-'));
  const old = new DatabaseSync(join(home, 'sandbox.db'));
  old.exec(MIGRATIONS[0]!);
  old.exec('PRAGMA application_id = 0x544b7362; PRAGMA user_version = 1');
  const insert = old.prepare(
    `INSERT INTO payment VALUES (?, 'a', 'tollkeeper-gateway', 5, 0, 'settled', NULL, ?, NULL, ?)`,
  );
  for (const at of [2, 1]) insert.run(`${at}`.repeat(64), 'b'.repeat(64), at);
  old.close();
  const issuer = await openSandboxIssuer({ home, clock: systemClock });
  const found: number[] = [];
  for await (const receipt of issuer.settlements(0n, new AbortController().signal)) {
    found.push(receipt.settledAt);
    if (found.length === 2) break;
  }
  expect(found).toEqual([1, 2]);
  await issuer.close();
  await rm(home, { recursive: true });
});
