import { expect } from 'vitest';
import { DAY, HOUR, type Msat } from '../../src/base/index.ts';
import { unlocks } from '../../src/l402/index.ts';
import type { Policy } from '../../src/policy/index.ts';
import type { Fact, FactKind, FactOf, Task } from '../../src/task/index.ts';
import { nextStep } from '../../src/task/next-step.ts';
import type { Booked } from './bank-port.ts';
import type { Rig } from './rig.ts';

/** More facts than any test makes. */
const ALL = 1_000_000;

/** All tasks of the record. */
export async function tasksOf({ store }: Pick<Rig, 'store'>): Promise<readonly Task[]> {
  const byTask = Map.groupBy(await store.journal.after(0, ALL), ({ taskId }) => taskId);
  return [...byTask].map(([id, entries]) => ({ id, facts: entries.map(({ fact }) => fact) }));
}

/**
 * What has to hold at any moment at which no process writes, by the record and by the bank's own books: at most
 * one debit a purchase, under one approval that was used once; no cap is ever passed, held sums and fees in; no
 * sum was given back that the bank took; nothing left the bank that the record does not know of.
 */
export async function checkBooks(rig: Rig, { caps }: Policy): Promise<void> {
  const tasks = await tasksOf(rig);
  const booked = new Map((await rig.bank.payments()).map(entry => [entry.hash, entry]));
  const held = tasks.flatMap(({ facts }) => of(facts, 'reserved'));
  expect(new Set(held.map(({ paymentHash }) => paymentHash)).size).toBe(held.length);
  const known = new Set(held.map(({ paymentHash }) => paymentHash));
  expect([...booked.keys()].filter(hash => !known.has(hash))).toEqual([]);
  for (const task of tasks) checkTask(task, booked);
  checkApprovals(tasks);
  checkCaps(tasks, caps, rig.clock.now());
}

function checkTask({ facts }: Task, booked: ReadonlyMap<string, Booked>): void {
  const [held, ...more] = of(facts, 'reserved');
  expect(more).toEqual([]);
  if (held === undefined) return;
  const approved = facts.slice(0, facts.indexOf(held)).findLast(({ kind }) => kind === 'approved');
  const { ceiling, expiresAt } = approved as FactOf<'approved'>;
  expect(held.amount + held.feeLimit).toBeLessThanOrEqual(ceiling);
  expect(held.at).toBeLessThan(expiresAt);
  const payment = booked.get(held.paymentHash);
  const [settled, ...again] = of(facts, 'settled');
  expect(again).toEqual([]);
  if (payment?.state === 'settled') {
    expect(payment.cost).toBeLessThanOrEqual(held.amount + held.feeLimit);
  }
  if (of(facts, 'released').length > 0) expect(payment?.state ?? 'failed').toBe('failed');
  // A row that the bank lost (C11) cannot say otherwise.
  if (settled !== undefined && payment !== undefined) {
    expect(payment).toMatchObject({ state: 'settled', cost: settled.amount + settled.fee });
  }
}

/** Each answer of a human approved one purchase, the one that it was asked for. */
function checkApprovals(tasks: readonly Task[]): void {
  const used = tasks.flatMap(({ facts }) =>
    of(facts, 'approved').flatMap(({ by }) => {
      if (by.kind !== 'human') return [];
      expect(of(facts, 'asked').map(({ askId }) => askId)).toContain(by.askId);
      return [by.askId];
    }),
  );
  expect(new Set(used).size).toBe(used.length);
}

function checkCaps(tasks: readonly Task[], caps: Policy['caps'], now: number): void {
  const spent = tasks.flatMap(({ facts }) => spentBy(facts));
  const within = (window: number, host?: string) =>
    spent
      .filter(one => one.at > now - window && (host === undefined || one.host === host))
      .reduce((total, one) => total + one.cost, 0n);
  expect(within(HOUR)).toBeLessThanOrEqual(caps.hour);
  expect(within(DAY)).toBeLessThanOrEqual(caps.day);
  expect(within(Number.POSITIVE_INFINITY)).toBeLessThanOrEqual(caps.total);
  for (const { host } of spent) expect(within(DAY, host)).toBeLessThanOrEqual(caps.host);
}

/** What a purchase costs or may still cost, and when: a held sum counts at any time. */
function spentBy(facts: readonly Fact[]): { host: string; cost: Msat; at: number }[] {
  const [held] = of(facts, 'reserved');
  if (held === undefined || of(facts, 'released').length > 0) return [];
  const [settled] = of(facts, 'settled');
  const { host } = held;
  return settled === undefined
    ? [{ host, cost: (held.amount + held.feeLimit) as Msat, at: Number.POSITIVE_INFINITY }]
    : [{ host, cost: (settled.amount + settled.fee) as Msat, at: Math.max(settled.at, held.at) }];
}

/**
 * What has to hold once everything has ended: no task is open; each success of the bank is a purchase that
 * settled, with the preimage that unlocks it; and both books come to the same total.
 */
export async function checkEnd(rig: Rig): Promise<void> {
  const tasks = await tasksOf(rig);
  const now = rig.clock.now();
  const open = tasks.filter(({ facts }) => nextStep(facts, now).kind !== 'done');
  expect(open.map(({ facts }) => facts.map(({ kind }) => kind))).toEqual([]);
  let total = 0n;
  const paid: string[] = [];
  for (const { id, facts } of tasks) {
    const [settled] = of(facts, 'settled');
    if (settled === undefined) continue;
    const [held] = of(facts, 'reserved');
    const secret = await rig.store.tasks.reveal(id, 'settled');
    expect(unlocks(secret?.preimage ?? '', held!.paymentHash)).toBe(true);
    paid.push(held!.paymentHash);
    total += settled.amount + settled.fee;
  }
  const booked = (await rig.bank.payments()).filter(({ state }) => state === 'settled');
  expect(booked.map(({ hash }) => hash).sort()).toEqual(paid.sort());
  expect((await rig.bank.counts()).debited).toBe(total);
}

/** A task's facts of one kind. */
export function of<K extends FactKind>(facts: readonly Fact[], kind: K): readonly FactOf<K>[] {
  return facts.filter((fact): fact is FactOf<K> => fact.kind === kind);
}
