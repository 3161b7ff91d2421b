import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unlocks } from '../../src/l402/index.ts';
import { purchaseOf } from '../../src/task/index.ts';
import { type Model, newModel } from './model.ts';
import { played } from './model-command.ts';
import { compare } from './model-compare.ts';
import { trueInvoice } from './model-invoices.ts';
import { lateStep } from './model-late-step.ts';
import { beat, handOver, take, takeLease } from './model-lease.ts';
import { operate, revoke, stop, wait } from './model-operator.ts';
import { beginAnew, callOff, order, say } from './model-people.ts';
import { openRig, type Rig } from './model-rig.ts';
import { MOST_COMMANDS, RUNS } from './model-scale.ts';
import { decide, deliver, expire, giveUp, probe } from './model-seller-steps.ts';
import { lookUp, pay } from './model-wallet-steps.ts';

// The record of purchases against a model of it that is small enough to be believed: whatever people, sellers,
// the wallet, the clock and two processes do, in any order, both say the same.

/** What may happen, and how likely: mostly what moves purchases on. */
const LIKELIHOODS = [
  [6, order],
  [12, probe],
  [10, say],
  [12, pay],
  [10, lookUp],
  [5, deliver],
  [4, decide],
  [4, expire],
  [4, giveUp],
  [3, lateStep],
  [4, wait],
  [2, takeLease],
  [1, beat],
  [1, handOver],
  [1, callOff],
  [3, beginAnew],
  [1, operate],
  [3, revoke],
  [1, stop],
] as const;

// Most of what is thought of cannot happen at that moment, so more is thought of than may happen.
const commands = fc.commands(
  LIKELIHOODS.flatMap(([likelihood, command]) => Array(likelihood).fill(command)),
  { maxCommands: 8 * MOST_COMMANDS, size: 'max' },
);

/** In the end every debit is a task's own and known to it, and the books can be made again from the facts. */
async function checkEnd(model: Model, rig: Rig): Promise<void> {
  for (const { invoice, state } of model.wallet) {
    if (state === 'failed') continue;
    const { hash } = trueInvoice(invoice);
    const loaded = await Promise.all(model.tasks.map(task => rig.load(task)));
    const payers = loaded.filter(({ facts }) => purchaseOf(facts).reserved?.paymentHash === hash);
    expect(payers).toHaveLength(1);
    const { released } = Object.groupBy(payers[0]?.facts ?? [], ({ kind }) => kind);
    expect(released).toBeUndefined();
  }
  for (const { task, invoice } of model.kept) {
    const id = rig.tasks.get(task);
    const secret = id && (await rig.stores[1].tasks.reveal(id, 'settled'));
    expect(unlocks(secret?.preimage ?? '', trueInvoice(invoice).hash)).toBe(true);
  }
  await rig.stores[0].rebuild();
  await compare(model, rig);
}

test('whatever happens in whatever order, the record says what a simple model of it says', async () => {
  await fc.assert(
    fc.asyncProperty(commands, async story => {
      const rig = await openRig();
      try {
        const model = newModel(rig.clock.now());
        await take(model, rig, 0);
        await fc.asyncModelRun(() => ({ model, real: rig }), story);
        await checkEnd(model, rig);
      } finally {
        await rig.close();
      }
    }),
    { ...RUNS, endOnFailure: false },
  );
  expect(Math.min(...played.values())).toBeGreaterThan(RUNS.numRuns / 25);
}, 900_000);
