import { expect } from 'vitest';
import { DAY, HOUR, type Msat, type TaskId, ZERO } from '../../src/base/index.ts';
import { unlocks } from '../../src/l402/index.ts';
import type { Policy } from '../../src/policy/index.ts';
import type { Fact, FactKind, FactOf } from '../../src/task/fact.ts';
import type { Task } from '../../src/task/index.ts';
import type { Market } from './market.ts';

/** What has to hold after every step, by the ledger's own count and by the record. */
export async function checkBooks(market: Market, { caps }: Policy): Promise<void> {
  const tasks = await market.store.tasks.list({ owner: 'local', limit: 200 });
  const debits = await Promise.all(tasks.map(task => debitOf(market, task)));
  const { debited } = await market.sandbox.counts();
  expect(debits.reduce((total, { debit }) => total + debit, 0n)).toBe(debited);
  // A clock that goes back brings into its windows again what had left them: it may be over, never under.
  const now = market.clock.latest();
  const within = (window: number) =>
    debits.reduce((total, { debit, at }) => (at > now - window ? total + debit : total), 0n);
  expect(within(HOUR)).toBeLessThanOrEqual(caps.hour);
  expect(within(DAY)).toBeLessThanOrEqual(caps.day);
  const { spend } = await market.store.ledger.books({ owner: 'local', host: 'none', now });
  expect(spend.hour).toBeLessThanOrEqual(caps.hour);
  expect(spend.day).toBeLessThanOrEqual(caps.day);
  for (const task of tasks) await checkTask(market, task);
}

/** What the ledger debited for a task, and when its sum was held. */
async function debitOf({ sandbox }: Market, { facts }: Task): Promise<{ debit: Msat; at: number }> {
  const [held, ...more] = of(facts, 'reserved');
  expect(more).toEqual([]);
  if (held === undefined) return { debit: ZERO, at: 0 };
  return { debit: await sandbox.debitOf(held.paymentHash), at: held.at };
}

async function checkTask({ sandbox, store }: Market, { id, facts }: Task): Promise<void> {
  const [held] = of(facts, 'reserved');
  const answers = of(facts, 'approved').flatMap(({ by }) => (by.kind === 'human' ? by.askId : []));
  expect(new Set(answers).size).toBe(answers.length);
  if (held === undefined) return;
  const approved = facts.slice(0, facts.indexOf(held)).findLast(({ kind }) => kind === 'approved');
  expect(approved).toMatchObject({ kind: 'approved' });
  const { ceiling, expiresAt } = approved as FactOf<'approved'>;
  expect(held.amount + held.feeLimit).toBeLessThanOrEqual(ceiling);
  expect(held.at).toBeLessThan(expiresAt);
  const debit = await sandbox.debitOf(held.paymentHash);
  expect(debit).toBeLessThanOrEqual(held.amount + held.feeLimit);
  const [settled] = of(facts, 'settled');
  if (settled !== undefined) await checkSettled(store, id, held, settled, debit);
  if (of(facts, 'released').length > 0) expect(debit).toBe(ZERO);
}

async function checkSettled(
  store: Market['store'],
  id: TaskId,
  held: FactOf<'reserved'>,
  settled: FactOf<'settled'>,
  debit: Msat,
): Promise<void> {
  const secret = await store.tasks.reveal(id, 'settled');
  expect(unlocks(secret?.preimage ?? '', held.paymentHash)).toBe(true);
  expect(settled.amount + settled.fee).toBe(debit);
}

function of<K extends FactKind>(facts: readonly Fact[], kind: K): readonly FactOf<K>[] {
  return facts.filter((fact): fact is FactOf<K> => fact.kind === kind);
}
