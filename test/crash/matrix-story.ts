import { expect } from 'vitest';
import type { WrittenSettings } from '../../src/policy/index.ts';
import { statusOf } from '../../src/task/index.ts';
import { FREE_HAND, policyOf } from '../task/parts.ts';
import type { Seller } from '../task/seller.ts';
import { checkBooks, checkEnd, of, tasksOf } from './books-check.ts';
import type { Child } from './child.ts';
import { BANK_WAITS_MS, type Cell, type Fate, LEASE_OVER_MS, RELEASED } from './matrix.ts';
import { openRig, type Rig } from './rig.ts';

/** The settings of the buyers. */
export const SETTINGS = {
  ...FREE_HAND,
  hosts: { methods: [{ host: '127.0.0.1:*', methods: ['POST'] }] },
} satisfies WrittenSettings;

type Open = () => Promise<Rig>;
const openPlain: Open = () => openRig(SETTINGS);

/** A buyer dies at a cell's point; whoever comes next has to end truly what it began, with at most one debit. */
export async function dieAndRecover(cell: Cell, fate: Fate, open: Open = openPlain): Promise<void> {
  const { rig, seller, url } = await scene(cell, fate, open);
  const first = await rig.start({ halt: haltOf(cell) });
  if (cell.at === 'seller') killAtSeller(seller, first);
  first.mention({ do: 'buy', url, want: { method: cell.method } });
  expect(await first.gone).toBe('SIGKILL');
  await checkBooks(rig, policyOf(SETTINGS));
  if (cell.forgets) await forget(rig);
  rig.pass(LEASE_OVER_MS);
  const next = await Promise.all(Array.from({ length: cell.recoverers }, () => rig.start()));
  for (const one of next) expect(await one.tell({ do: 'finish', ms: 60_000 })).toBe(true);
  await checkEnding(rig, cell, fate);
  await checkRequests(seller, cell);
  if (cell.forgets) await checkKeptGoods(rig, url, next[0]!);
}

/** A buyer whose payment never brings it to a cell's point has to end truly by itself. */
export async function passBy(cell: Cell, fate: Fate): Promise<void> {
  const { rig, seller, url } = await scene(cell, fate, openPlain);
  const buyer = await rig.start({ halt: haltOf(cell) });
  if (cell.at === 'seller') killAtSeller(seller, buyer);
  await buyer.tell({ do: 'buy', url, want: { method: cell.method } });
  await buyer.tell({ do: 'close' });
  expect(await buyer.gone).toBe(null);
  await checkEnding(rig, cell, fate);
}

async function scene({ refuses }: Cell, { behaviour, ending }: Fate, open: Open) {
  const rig = await open();
  await rig.bank.hurry(BANK_WAITS_MS);
  await rig.bank.setBehaviour(behaviour);
  // Not at the first look: that is the dying process's own.
  if (behaviour.kind === 'stuck') await rig.bank.endStuck(ending, 2);
  const seller = await rig.seller();
  if (refuses) seller.paid = (_request, response) => seller.charge(response);
  return { rig, seller, url: `${seller.origin}/a` };
}

function haltOf({ at }: Cell) {
  return at === 'seller' ? undefined : ({ at, signal: 'SIGKILL' } as const);
}

/** The seller has the paid request, and whoever sent it dies before the answer. */
function killAtSeller(seller: Seller, buyer: Child): void {
  const { paid } = seller;
  seller.paid = async (request, response) => {
    seller.paid = paid;
    buyer.kill('SIGKILL');
    await buyer.gone;
    return paid(request, response);
  };
}

async function forget(rig: Rig): Promise<void> {
  const [task] = await tasksOf(rig);
  await rig.bank.forget(of(task!.facts, 'reserved')[0]!.paymentHash);
}

async function checkEnding(rig: Rig, cell: Cell, { ending }: Fate): Promise<void> {
  const [task, ...more] = await tasksOf(rig);
  expect(more).toEqual([]);
  const { facts } = task!;
  expect(statusOf(facts, rig.clock.now())).toMatchObject(
    ending === 'settle' ? cell.paidEnd : RELEASED,
  );
  expect(of(facts, 'reserved')).toHaveLength(1);
  expect(of(facts, 'settled')).toHaveLength(ending === 'settle' ? 1 : 0);
  expect(of(facts, 'released')).toHaveLength(ending === 'settle' ? 0 : 1);
  await checkBooks(rig, policyOf(SETTINGS));
  const debits = (await rig.bank.payments()).filter(({ state }) => state === 'settled');
  expect(debits).toHaveLength(ending === 'settle' && !cell.forgets ? 1 : 0);
  if (!cell.forgets) await checkEnd(rig);
}

/** One price was asked for, and a request that must not be repeated reached the seller once. */
async function checkRequests(seller: Seller, { method, refuses }: Cell): Promise<void> {
  const paid = seller.requests.filter(({ authorization }) => authorization !== undefined);
  expect(seller.requests.length - paid.length).toBe(1);
  if (method === 'POST') expect(paid).toHaveLength(1);
  if (refuses) expect(paid).toHaveLength(2);
}

/** What was paid stays bought, also when the wallet no longer knows of it. */
async function checkKeptGoods(rig: Rig, url: string, buyer: Child): Promise<void> {
  expect(await buyer.tell({ do: 'buy', url })).toMatchObject({ status: 'cached' });
  expect(await rig.bank.payments()).toEqual([]);
}
