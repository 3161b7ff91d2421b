import { execFile } from 'node:child_process';
import { mkdtemp, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/base/index.ts';
import type { Wallet } from '../../src/task/index.ts';
import { openSandbox, openSandboxWallet, type Sandbox } from '../../src/wallet/index.ts';
import { openSeller, type Seller } from '../task/seller.ts';
import { type Counter, type Customer, startCustomer } from './machine-customer.ts';

// The bytes of the record are overwritten in the middle of purchases: payments stop, every file stays as it is
// for whoever can mend it, and with the true bytes back everything goes on.

let root: string;
let home: string;
let record: string;
let sandbox: Sandbox;
let wallet: Wallet;
let seller: Seller;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tollkeeper-damage-'));
  home = join(root, 'home');
  record = join(home, 'tollkeeper.db');
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

const PAGE = 4096;
const debits = async () => (await sandbox.counts()).payments;

function start(more: Partial<Counter> = {}): Customer {
  const customer = startCustomer({ home, wallet, ...more });
  onTestFinished(() => customer.kill());
  return customer;
}

/** Where the damage begins: at the first page, by which SQLite knows the file, or after it. */
const DAMAGES = [
  ['from its first byte', 0],
  ['but for its first page', PAGE],
] as const;

/** Overwrites the record, after all of it was brought into its main file. Returns the true bytes, and the damaged ones. */
async function damage(from: number): Promise<readonly [Buffer, Buffer]> {
  const db = new DatabaseSync(record);
  db.exec('UPDATE lease SET beat_at = 0; PRAGMA wal_checkpoint(TRUNCATE)');
  // Closing would do more, if nobody else had it open: so it is read before that.
  const whole = await readFile(record);
  db.close();
  const damaged = Buffer.from(whole).fill(0xa5, from);
  // In place: whoever has it open has it still.
  const file = await open(record, 'r+');
  await file.write(damaged);
  await file.close();
  return [whole, damaged];
}

/** Puts the true bytes back at once: half of them would be a record that is new, or damaged in another way. */
async function restore(whole: Buffer): Promise<void> {
  await writeFile(`${record}.whole`, whole, { mode: 0o600 });
  await rename(`${record}.whole`, record);
}

/** What the doctor says of the record, as a human would have it say. */
async function doctor(): Promise<{ code: number; finding: string; hint: string }> {
  const program = join(import.meta.dirname, '../../src/tollkeeper.ts');
  const args = [
    '--disable-warning=ExperimentalWarning',
    program,
    'doctor',
    '--json',
    '--home',
    home,
  ];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, (error, stdout) => {
      try {
        const { checks } = JSON.parse(stdout);
        const check = checks.find(({ name }: { name: string }) => name === 'task record');
        resolve({ ...check, code: error?.code ?? 0 });
      } catch (thrown) {
        reject(thrown);
      }
    });
  });
}

const WHOLE = { status: 'completed', money: 'moved' };

describe.each(DAMAGES)('a record that is overwritten %s', (_where, from) => {
  test('while a process has it open stops its payments, and keeps every byte', async () => {
    const customer = start();
    expect(await customer.buy(`${seller.origin}/a`)).toMatchObject(WHOLE);
    const [whole, damaged] = await damage(from);
    const end = customer.buy(`${seller.origin}/b`);
    const isStopped = expect(end).rejects.toThrow('SIGKILL');
    await customer.troubled(3);
    expect(customer.isAlive()).toBe(true);
    expect(new Set(customer.troubles)).toEqual(new Set(['store_corrupt']));
    expect(await debits()).toBe(1);
    expect((await readFile(record)).equals(damaged)).toBe(true);
    await customer.kill();
    await isStopped;
    await restore(whole);
    expect(await start().buy(`${seller.origin}/b`)).toMatchObject(WHOLE);
    expect(await debits()).toBe(2);
  });

  test('while a payment is in doubt and nobody has it open is explained, and loses nothing', async () => {
    const first: Customer = start({ afterPay: () => first.kill() });
    await expect(first.buy(`${seller.origin}/a`)).rejects.toThrow('SIGKILL');
    const [whole, damaged] = await damage(from);
    const next = start();
    const end = next.buy(`${seller.origin}/a`);
    await next.troubled(3);
    expect(new Set(next.troubles)).toEqual(new Set(['store_corrupt']));
    expect(next.calls).toEqual([]);
    expect(await doctor()).toMatchObject({
      code: 5,
      level: 'fail',
      hint: expect.stringContaining('backup'),
    });
    expect((await readFile(record)).equals(damaged)).toBe(true);
    await restore(whole);
    expect(await end).toMatchObject(WHOLE);
    expect(next.calls).not.toContain('pay');
    expect(await debits()).toBe(1);
  });
});
