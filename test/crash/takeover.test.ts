import { expect, test } from 'vitest';
import { SECOND } from '../../src/base/index.ts';
import { FREE_HAND, policyOf } from '../task/parts.ts';
import { checkBooks, checkEnd, tasksOf } from './books-check.ts';
import { openRig, type Rig } from './rig.ts';

// A process that is stopped and continued has slept through the loss of its lease: what it still says and does
// changes nothing. One that died is followed by whoever starts next.

/** How long the stopped one sleeps by the machine's clock, ms. */
const STOPPED_MS: number = 30 * SECOND;
const BOUGHT = { status: 'completed', money: 'moved' };
const LATE = 'desktop_executor_offline';
const TOLD = [
  'requested',
  'challenged',
  'approved',
  'reserved',
  'sending',
  'settled',
  'delivered',
] as const;

/** Has another process take over and finish, 30 s later by the clock. */
async function takeOver(rig: Rig): Promise<void> {
  rig.pass(STOPPED_MS);
  const second = await rig.start();
  expect(await second.tell({ do: 'finish', ms: 60_000 })).toBe(true);
}

/** The purchase went as if nothing had happened, apart from the `sending` of whoever took it up. */
async function checkOneDebit(rig: Rig, resent: boolean): Promise<string> {
  const tasks = await tasksOf(rig);
  expect(tasks).toHaveLength(1);
  const kinds = tasks[0]!.facts.map(({ kind }) => kind);
  expect(kinds).toEqual(resent ? TOLD.toSpliced(5, 0, 'sending') : TOLD);
  await checkBooks(rig, policyOf(FREE_HAND));
  await checkEnd(rig);
  const payments = await rig.bank.payments();
  expect(payments).toHaveLength(1);
  return payments[0]!.hash;
}

async function market() {
  const rig = await openRig(FREE_HAND);
  const seller = await rig.seller();
  return { rig, url: `${seller.origin}/a` };
}

test('a buyer that is stopped while the wallet pays: another finishes, and what the first then heard is refused', async () => {
  const { rig, url } = await market();
  await rig.bank.setBehaviour({ kind: 'stuck' });
  const first = await rig.start();
  const bought = first.tell({ do: 'buy', url });
  await expect.poll(rig.bank.payments, { timeout: 30_000 }).toMatchObject([{ state: 'in_flight' }]);
  first.kill('SIGSTOP');
  const [payment] = await rig.bank.payments();
  await rig.bank.resolve(payment!.hash, 'settle');
  await takeOver(rig);
  first.kill('SIGCONT');
  expect(await bought).toMatchObject(BOUGHT);
  await expect.poll(() => first.refused, { timeout: 30_000 }).toContain(LATE);
  const hash = await checkOneDebit(rig, false);
  expect(await rig.bank.orders(hash)).toBe(1);
});

test('a buyer that is stopped with the sum just held: another pays, and the first does not', async () => {
  const { rig, url } = await market();
  const first = await rig.start({ halt: { at: 'T1', signal: 'SIGSTOP' } });
  const bought = first.tell({ do: 'buy', url });
  await first.halted;
  await takeOver(rig);
  first.kill('SIGCONT');
  expect(await bought).toMatchObject(BOUGHT);
  // It ends only when no step of its own is under way any more.
  await first.tell({ do: 'close' });
  const hash = await checkOneDebit(rig, true);
  expect(await rig.bank.orders(hash)).toBe(1);
});

test('a buyer that is stopped at the door of the wallet: its late call pays nothing, and what it heard is refused', async () => {
  const { rig, url } = await market();
  const first = await rig.start({ halt: { at: 'C1', signal: 'SIGSTOP' } });
  const bought = first.tell({ do: 'buy', url });
  await first.halted;
  await takeOver(rig);
  first.kill('SIGCONT');
  expect(await bought).toMatchObject(BOUGHT);
  await expect.poll(() => first.refused, { timeout: 30_000 }).toContain(LATE);
  const hash = await checkOneDebit(rig, true);
  expect(await rig.bank.orders(hash)).toBe(2);
});

test('a buyer that is killed holding the lease: the next one waits the lease out and finishes, by the real clock', async ({
  annotate,
}) => {
  const { rig, url } = await market();
  await rig.bank.setBehaviour({ kind: 'late', ms: 100 });
  const first = await rig.start({ halt: { at: 'C2', signal: 'SIGKILL' } });
  first.mention({ do: 'buy', url });
  expect(await first.gone).toBe('SIGKILL');
  const died = performance.now();
  const second = await rig.start();
  expect(await second.tell({ do: 'finish', ms: 60_000 })).toBe(true);
  await annotate(`finished ${Math.round(performance.now() - died)} ms after the death`);
  await checkOneDebit(rig, false);
});
