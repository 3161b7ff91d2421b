import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sats, sum, systemClock } from '../../src/base/index.ts';
import { decodeInvoice } from '../../src/l402/index.ts';
import { openSandbox, openSandboxWallet } from '../../src/wallet/index.ts';
import { type Payer, startPayer } from './payers.ts';
import { ORDER, type Play, PRICE, paymentOf, play } from './play.ts';

let it: Play;
const payers: Payer[] = [];
beforeEach(async () => {
  it = await play();
});
afterEach(async () => {
  await Promise.all(payers.splice(0).map(payer => payer.kill()));
  await it.close();
});

async function payer(): Promise<Payer> {
  const started = await startPayer(it.home);
  payers.push(started);
  return started;
}

test('eight processes that pay one hash at once debit it once, and all of them hear that it is settled', async () => {
  const crowd = await Promise.all(Array.from({ length: 8 }, payer));
  const invoices = await Promise.all(Array.from({ length: 10 }, () => it.issue()));
  for (const invoice of invoices) {
    for (const each of crowd) each.tell(paymentOf(invoice, { waitMs: 5_000 }));
    const answers = await Promise.all(crowd.map(each => each.answer()));
    expect(answers).toEqual(crowd.map(() => `${invoice.hash} settled`));
  }
  expect(await it.sandbox.counts()).toEqual({
    payments: 10,
    debited: sats(1_000),
    balance: sats(99_000),
  });
});

test('processes that spend the last sats at once never spend more than there are', async () => {
  const crowd = await Promise.all(Array.from({ length: 4 }, payer));
  const amount = sats(30_000);
  for (const each of crowd) each.tell(paymentOf(await it.issue({ amount }), { amount }));
  const answers = await Promise.all(crowd.map(each => each.answer()));
  expect(answers.filter(answer => answer?.endsWith('settled')).length).toBe(3);
  expect(await it.sandbox.counts()).toMatchObject({ payments: 3, balance: sats(10_000) });
});

test('a wallet that is killed while it pays leaves every payment either whole or not begun', async () => {
  let acknowledged = 0;
  for (let round = 0; round < 6; round++) {
    const doomed = await payer();
    const invoices = await Promise.all(Array.from({ length: 20 }, () => it.issue()));
    doomed.tell(...invoices.map(invoice => paymentOf(invoice)));
    const heard: string[] = [];
    for (let turn = 0; turn < 2 * round; turn++) heard.push((await doomed.answer()) ?? '');
    await doomed.kill();
    acknowledged += heard.length;

    const ends = await Promise.all(invoices.map(({ hash }) => it.wallet.lookUp(hash)));
    expect(heard).toEqual(invoices.slice(0, 2 * round).map(({ hash }) => `${hash} settled`));
    expect(ends.slice(0, 2 * round).every(({ kind }) => kind === 'settled')).toBe(true);
    const strange = ends.filter(({ kind }) => kind !== 'settled' && kind !== 'unknown');
    expect(strange).toEqual([]);
  }
  const { payments, debited, balance } = await it.sandbox.counts();
  expect(payments).toBeGreaterThanOrEqual(acknowledged);
  expect(debited).toBe(PRICE * BigInt(payments));
  expect(sum(debited, balance)).toBe(sats(100_000));
});

test('processes that make the ledger at once agree on one node and on 100,000 sats', async () => {
  const home = join(it.home, 'new');
  const crowd = await Promise.all(
    Array.from({ length: 6 }, () => openSandbox({ home, clock: systemClock })),
  );
  const invoices = await Promise.all(crowd.map(each => each.issue(ORDER)));
  const payees = invoices.map(({ text }) => {
    const invoice = decodeInvoice(text);
    return invoice.ok && invoice.value.payee;
  });
  expect(new Set(payees).size).toBe(1);
  expect((await crowd[0]?.counts())?.balance).toBe(sats(100_000));
  for (const each of crowd) await each.close();
});

test('a payment made to be late in one process settles for a wallet that opens only afterwards', async () => {
  const invoice = await it.issue();
  await it.sandbox.setBehaviour({ kind: 'late', ms: 60_000 }, invoice.hash);
  const doomed = await payer();
  doomed.tell(paymentOf(invoice));
  expect(await doomed.answer()).toBe(`${invoice.hash} in_flight`);
  await doomed.kill();

  it.clock.move(60_000);
  const later = await openSandboxWallet(it);
  expect(await later.lookUp(invoice.hash)).toMatchObject({ kind: 'settled' });
  await later.close();
});

test('nobody else on the machine can read the ledger', async () => {
  for (const name of await readdir(it.home)) {
    expect((await stat(join(it.home, name))).mode & 0o777, name).toBe(0o600);
  }
  expect((await readFile(join(it.home, 'sandbox.db'))).length).toBeGreaterThan(0);
});
