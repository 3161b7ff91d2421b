import { expect } from 'vitest';
import { type Msat, SECOND } from '../../src/base/index.ts';
import { purchaseOf } from '../../src/task/index.ts';
import type { Payment, PayOutcome } from '../../src/task/wallet.ts';
import { lowest, type Model, type ModelTask, type WalletEntry } from './model.ts';
import { holderOf, pass } from './model-command.ts';
import { trueInvoice } from './model-invoices.ts';
import { take } from './model-lease.ts';
import { entryOf, type Taking, taken } from './model-moves.ts';
import type { Rig } from './model-rig.ts';

/** A wallet that takes one payment as it is told to, and tells the truth about those that it knows. */
export function walletOf(
  model: Model,
  rig: Rig,
  task: ModelTask,
  taking: Taking,
  fee: bigint,
): Rig['wallet'] {
  return {
    async pay(payment) {
      const { phase } = task;
      if (phase.is !== 'held') throw new Error('the wallet is handed what is not held');
      await checkDurable(model, rig, task, payment);
      const cost = lowest(fee, phase.feeLimit);
      taken(model, phase.invoice, taking, cost);
      const entry = entryOf(model, phase.invoice);
      if (taking === 'stolen') await steal(model, rig);
      if (taking === 'answer_lost' && entry) model.unheard.add(entry);
      return entry === undefined || taking === 'answer_lost' ? UNREACHABLE : outcomeOf(entry);
    },
    lookUp: async () => UNREACHABLE,
  };
}

/** It cannot be asked. */
export const UNREACHABLE: PayOutcome = { kind: 'unknown', cause: 'unreachable' };
/** It knows nothing of such a payment. */
export const NOT_FOUND: PayOutcome = { kind: 'unknown', cause: 'not_found' };

/** While a payment is under way its process stops for 11 s, and the other takes the lease. */
async function steal(model: Model, rig: Rig): Promise<void> {
  const holder = holderOf(model);
  pass(model, rig, 11 * SECOND);
  await take(model, rig, holder === 0 ? 1 : 0);
}

/** Before the wallet hears of a payment, another process can read that it is held and about to be sent. */
async function checkDurable(model: Model, rig: Rig, task: ModelTask, payment: Payment) {
  const { facts } = await rig.load(task, holderOf(model) === 0 ? 1 : 0);
  const { reserved, sending } = purchaseOf(facts);
  const { amount, feeLimit, paymentHash } = payment;
  expect(reserved).toMatchObject({ amount, feeLimit, paymentHash });
  expect(sending?.fence).toBe(model.lease.fence);
  const handed = rig.handed.filter(one => one.paymentHash === paymentHash).length;
  expect(facts.filter(({ kind }) => kind === 'sending').length).toBeGreaterThanOrEqual(handed);
}

/** What it says of a payment that it knows. */
export function outcomeOf({ state, lies, invoice, fee }: WalletEntry): PayOutcome {
  const { preimage } = trueInvoice(invoice);
  switch (state) {
    case 'in_flight':
      return { kind: 'in_flight' };
    case 'failed':
      return { kind: 'failed', code: 'PaymentFailedError' };
    case 'settled':
      return {
        kind: 'settled',
        preimage: lies ? '00'.repeat(32) : preimage,
        amount: invoice.amount as Msat,
        fee: fee as Msat,
      };
  }
}
