import { expect } from 'vitest';
import type { Fact, FactOf } from '../../src/task/index.ts';
import { statusOf } from '../../src/task/index.ts';
import { dueOf, type End, type Model, type ModelTask, usedOf } from './model.ts';
import { trueInvoice } from './model-invoices.ts';
import type { Rig } from './model-rig.ts';
import { booksOf } from './model-rules.ts';
import { SHOPS } from './model-settings.ts';

/** Holds the real record, as both processes read it, against the model. */
export async function compare(model: Model, rig: Rig): Promise<void> {
  for (const task of model.tasks) await compareTask(model, rig, task);
  for (const shop of SHOPS) await compareBooks(model, rig, shop);
  await compareLease(model, rig);
}

async function compareTask(model: Model, rig: Rig, task: ModelTask): Promise<void> {
  const { facts, id } = await rig.load(task, 0);
  expect(await rig.load(task, 1)).toEqual({ id, facts });
  const { status, code, money, final } = statusOf(facts, model.now);
  const told = { task: task.number, status, code, money, final };
  expect(told).toEqual({ task: task.number, ...statusIn(model, task) });
  checkFacts(model, task, facts);
}

interface Told {
  readonly status: string;
  readonly code: string | undefined;
  readonly money: string;
  readonly final: boolean;
}

const told = (status: string, money: string, final: boolean, code?: string): Told => {
  return { status, code, money, final };
};

/** The public status that the design promises. */
function statusIn({ now }: Model, task: ModelTask): Told {
  const { phase } = task;
  switch (phase.is) {
    case 'fresh':
      return told('queued', 'not_moved', false);
    case 'asked':
      return dueOf(task, now) === 'expire'
        ? told('blocked', 'not_moved', true, 'approval_expired')
        : told('queued', 'not_moved', false, 'APPROVAL_REQUIRED');
    case 'approved':
      return told('approved', 'not_moved', false);
    case 'held': {
      const code = phase.doubted ? 'PREIMAGE_MISMATCH' : 'PAYMENT_PENDING';
      return told('running', 'maybe_moved', false, code);
    }
    case 'settled':
      return told('paid', 'moved', false);
    case 'posted':
      if (phase.after === 'settled') return told('paid', 'moved', false);
      return told(phase.after === 'fresh' ? 'queued' : 'approved', 'not_moved', false);
    case 'ended':
      return endIn(phase.end);
  }
}

function endIn(end: End): Told {
  switch (end.kind) {
    case 'free':
      return told('completed', 'not_moved', true);
    case 'cached':
      return told('cached', 'not_moved', true);
    case 'delivered':
      return told('completed', 'moved', true);
    case 'lost':
      return told('paid', 'moved', true, 'delivery_unknown');
    case 'refused':
      return told('failed', 'moved', true, 'CredentialMissingError');
    case 'declined':
    case 'expired':
      return told('blocked', 'not_moved', true, `approval_${end.kind}`);
    case 'cancelled':
      return told('blocked', 'not_moved', true, 'cancelled');
    case 'denied':
      return told('blocked', 'not_moved', true, end.code);
    case 'failed':
    case 'released':
      return told('failed', 'not_moved', true, end.code);
  }
}

async function compareBooks(model: Model, rig: Rig, shop: (typeof SHOPS)[number]) {
  const reads = { owner: 'local', host: shop, now: model.now };
  for (const store of rig.stores) {
    const { allowances, grants, ...books } = await store.ledger.books(reads);
    const ids = allowances.map(({ id }) => id);
    expect({ ...books, allowances: ids }).toMatchObject(booksOf(model, shop));
    for (const [grant, used] of grants)
      expect([grant, used]).toEqual([grant, usedOf(model, grant)]);
  }
}

async function compareLease({ lease, now }: Model, { stores }: Rig): Promise<void> {
  const isFresh = lease.holder !== undefined && Math.abs(now - lease.beatAt) <= 10_000;
  const holder = isFresh ? { holder: `process ${lease.holder}`, fence: lease.fence } : undefined;
  for (const store of stores) expect(await store.lease.holder()).toEqual(holder);
}

/** What must hold of every story, whatever the model says. */
function checkFacts(model: Model, task: ModelTask, facts: readonly Fact[]): void {
  let yes: FactOf<'approved'> | undefined;
  for (const fact of facts) {
    if (fact.kind === 'approved') yes = fact;
    if (fact.kind === 'asked' || fact.kind === 'renewed') yes = undefined;
    if (fact.kind === 'reserved') yes = consumed(task, fact, yes);
    if (fact.kind === 'released') checkRelease(model, facts, fact.at);
  }
}

/** A sum is held under a yes that nothing used before, in time and at most as much; after that it is used. */
function consumed(
  { number }: ModelTask,
  held: FactOf<'reserved'>,
  yes: FactOf<'approved'> | undefined,
): undefined {
  if (yes === undefined) throw new Error(`task ${number} holds a sum without a yes`);
  expect(held.amount + held.feeLimit).toBeLessThanOrEqual(yes.ceiling);
  expect(held.at).toBeLessThan(yes.expiresAt);
}

/** A sum is free after the wallet's final no; or after two misses a minute apart, when nobody can settle the invoice. */
function checkRelease({ wallet }: Model, facts: readonly Fact[], at: number): void {
  const held = facts.find(fact => fact.kind === 'reserved');
  const entry = wallet.find(({ invoice }) => trueInvoice(invoice).hash === held?.paymentHash);
  const miss = facts.find(fact => fact.kind === 'missed');
  const quote = facts.findLast(fact => fact.kind === 'challenged')?.quote;
  if (entry !== undefined) {
    expect(entry.state).toBe('failed');
  } else {
    expect(miss?.at).toBeLessThanOrEqual(at - 60_000);
    expect(quote?.expiresAt).toBeLessThan(at);
  }
}
