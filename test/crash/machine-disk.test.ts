import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  afterEach,
  beforeEach,
  describe,
  expect,
  onTestFinished,
  type TestContext,
  test,
} from 'vitest';
import { systemClock } from '../../src/base/index.ts';
import type { Wallet } from '../../src/task/index.ts';
import { openSandbox, openSandboxWallet, type Sandbox } from '../../src/wallet/index.ts';
import { openSeller, type Seller } from '../task/seller.ts';
import { type Counter, type Customer, startCustomer } from './machine-customer.ts';
import { type Disk, openDisk } from './machine-disk.ts';

// Crash matrix C12: the disk of the record fails while the wallet, elsewhere, is well. Nothing is sent that is not
// on record, nothing that was sent is lost, and the process lives to say so.

let root: string;
let sandbox: Sandbox;
let wallet: Wallet;
let seller: Seller;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tollkeeper-machine-'));
  const bank = { home: join(root, 'bank'), clock: systemClock };
  sandbox = await openSandbox(bank);
  wallet = await openSandboxWallet(bank);
  seller = await openSeller(sandbox);
});
afterEach(async () => {
  await seller.close();
  await wallet.close();
  await sandbox.close();
  await rm(root, { recursive: true });
});

const debits = async () => (await sandbox.counts()).payments;

type Hooks = Pick<Counter, 'beforeWallet' | 'afterPay'>;

/** A place for a record whose disk can fail, and be mended. */
interface Place {
  start(hooks?: Hooks): Customer;
  fail(): Promise<void>;
  mend(): Promise<void>;
}

async function diskOf(context: TestContext): Promise<Disk> {
  const disk = await openDisk();
  if (disk === undefined) {
    return context.skip('this machine lets nobody mount a disk of their own (unshare -Urm)');
  }
  onTestFinished(() => disk.close());
  return disk;
}

function start(counter: Counter): Customer {
  const customer = startCustomer(counter);
  onTestFinished(() => customer.kill());
  return customer;
}

async function fullDisk(context: TestContext): Promise<Place> {
  const { path, command, fill, free } = await diskOf(context);
  const home = join(path, 'home');
  return { start: hooks => start({ home, wallet, command, ...hooks }), fail: fill, mend: free };
}

async function brokenDisk(): Promise<Place> {
  const customers: Customer[] = [];
  const limit = async (isLimited: boolean) => {
    const [customer] = customers.slice(-1);
    if (customer?.isAlive()) await customer.limitFiles(isLimited);
  };
  return {
    start(hooks) {
      const customer = start({ home: join(root, 'home'), wallet, ...hooks });
      customers.push(customer);
      return customer;
    },
    fail: () => limit(true),
    mend: () => limit(false),
  };
}

const WHOLE = {
  status: 'completed',
  money: 'moved',
  kinds: ['requested', 'challenged', 'approved', 'reserved', 'sending', 'settled', 'delivered'],
};

/** Does something the first time only. */
function firstTime(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= work();
    return done;
  };
}

describe.each([
  ['the disk is full', fullDisk],
  ['every write is an I/O error', brokenDisk],
] as const)('when %s', (_what, open) => {
  test('before a quote is on record, nothing is paid; once it is mended, the purchase goes on', async context => {
    const { start: begin, fail, mend } = await open(context);
    const customer = begin();
    const { charge } = seller;
    seller.unpaid = async (_request, response) => {
      seller.unpaid = (_again, next) => charge(next);
      await fail();
      await charge(response);
    };
    const end = customer.buy(`${seller.origin}/a`);
    await customer.troubled(1);
    expect([customer.isAlive(), customer.calls, await debits()]).toEqual([true, [], 0]);
    await mend();
    expect(await end).toMatchObject(WHOLE);
    expect(new Set(customer.troubles)).toEqual(new Set(['store_unavailable']));
    expect(await debits()).toBe(1);
  });

  test('at T1, the wallet never hears of the payment; once it is mended, it is paid once', async context => {
    const { start: begin, fail, mend } = await open(context);
    const customer = begin({ beforeWallet: firstTime(fail) });
    const end = customer.buy(`${seller.origin}/a`);
    await customer.troubled(1);
    expect([customer.isAlive(), customer.calls, await debits()]).toEqual([true, [], 0]);
    await mend();
    expect(await end).toMatchObject(WHOLE);
    expect(new Set(customer.troubles)).toEqual(new Set(['store_unavailable']));
    expect(customer.calls).toEqual(['pay']);
    expect(await debits()).toBe(1);
  });

  test('at T2, the payment is looked up until it is on record, and is never made again', async context => {
    const { start: begin, fail, mend } = await open(context);
    const customer = begin({ afterPay: firstTime(fail) });
    const end = customer.buy(`${seller.origin}/a`);
    await customer.troubled(2);
    expect(customer.isAlive()).toBe(true);
    expect(customer.calls.slice(0, 2)).toEqual(['pay', 'lookUp']);
    await mend();
    expect(await end).toMatchObject(WHOLE);
    expect(new Set(customer.troubles)).toEqual(new Set(['store_unavailable']));
    expect(customer.calls.filter(call => call === 'pay')).toHaveLength(1);
    expect(await debits()).toBe(1);
  });

  test('at T3, the sum stays held until the record can say that it is free', async context => {
    await sandbox.setBehaviour({ kind: 'fail' });
    const { start: begin, fail, mend } = await open(context);
    const customer = begin({ afterPay: firstTime(fail) });
    const end = customer.buy(`${seller.origin}/a`);
    await customer.troubled(1);
    await mend();
    const { kinds, ...told } = await end;
    expect(told).toEqual({ status: 'failed', code: 'PaymentFailedError', money: 'not_moved' });
    expect(kinds.slice(-3)).toEqual(['reserved', 'sending', 'released']);
    expect(customer.calls.filter(call => call === 'pay')).toHaveLength(1);
    expect(await debits()).toBe(0);
  });

  test('while the goods are fetched, they are fetched again for the same payment', async context => {
    const { start: begin, fail, mend } = await open(context);
    const customer = begin();
    const { paid } = seller;
    seller.paid = async (request, response) => {
      seller.paid = paid;
      await fail();
      await paid(request, response);
    };
    const end = customer.buy(`${seller.origin}/a`);
    await customer.troubled(1);
    expect(customer.isAlive()).toBe(true);
    await mend();
    expect(await end).toMatchObject(WHOLE);
    expect(await debits()).toBe(1);
  });

  test('and the process is killed for it, the next one finds what was paid', async context => {
    const { start: begin, fail, mend } = await open(context);
    const first = begin({ afterPay: firstTime(fail) });
    const isKilled = expect(first.buy(`${seller.origin}/a`)).rejects.toThrow('SIGKILL');
    await first.troubled(1);
    await first.kill();
    await isKilled;
    await mend();
    const next = begin();
    expect(await next.buy(`${seller.origin}/a`)).toMatchObject(WHOLE);
    expect(next.calls).not.toContain('pay');
    expect(await debits()).toBe(1);
  });
});

test('a record on a disk that became read-only pays nothing, and goes on once it can be written', async context => {
  const disk = await diskOf(context);
  const place = { home: join(disk.path, 'home'), wallet, command: disk.command };
  const first: Customer = start({ ...place, afterPay: () => first.kill() });
  await expect(first.buy(`${seller.origin}/a`)).rejects.toThrow('SIGKILL');
  await disk.protect();
  const next = start(place);
  const end = next.buy(`${seller.origin}/a`);
  await next.troubled(3);
  expect([next.isAlive(), next.calls]).toEqual([true, []]);
  await disk.unprotect();
  expect(await end).toMatchObject(WHOLE);
  expect(new Set(next.troubles)).toEqual(new Set(['store_unavailable']));
  expect(next.calls).not.toContain('pay');
  expect(await debits()).toBe(1);
});
