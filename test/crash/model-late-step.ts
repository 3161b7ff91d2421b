import fc from 'fast-check';
import { expect } from 'vitest';
import type { PayOutcome } from '../../src/task/wallet.ts';
import { dueOf, type Invoice, type Model } from './model.ts';
import { type Command, commandsOf, picked } from './model-command.ts';
import { answer } from './model-seller-steps.ts';
import { pick } from './model-step.ts';
import { outcomeOf, UNREACHABLE } from './model-wallet.ts';

const late = fc.record({ choice: pick, outcome: fc.constantFrom('settled', 'failed') });

/** A process that lost the lease goes on as if it held it: nothing that it writes counts. */
export const lateStep: fc.Arbitrary<Command> = commandsOf('a late step', late, {
  can: model => latecomer(model) !== undefined && anyDue(model).length > 0,
  async run(model, rig, { choice, outcome }) {
    const process = latecomer(model);
    const task = picked(anyDue(model), choice);
    const fence = process === undefined ? undefined : model.fences[process];
    if (process === undefined || task === undefined || fence === undefined) return;
    const { phase } = task;
    rig.reply = ({ url }) => answer(url, 200);
    rig.wallet = {
      pay: () => Promise.reject(new Error('a latecomer pays')),
      lookUp: async () => (phase.is === 'held' ? lateWord(phase, outcome) : UNREACHABLE),
    };
    const before = rig.handed.length;
    const { stopped } = await rig.step(process, task, { fence });
    // Neither a payment nor a word that leads nowhere is written down.
    const saysNothing = phase.is === 'held' && phase.doubted && outcome === 'failed';
    expect(stopped).toBe(saysNothing ? undefined : 'desktop_executor_offline');
    expect(rig.handed).toHaveLength(before);
  },
});

const anyDue = (model: Model) => model.tasks.filter(task => dueOf(task, model.now) !== undefined);

function lateWord({ invoice }: { invoice: Invoice }, outcome: string): PayOutcome {
  const state = outcome === 'settled' ? 'settled' : 'failed';
  return outcomeOf({ invoice, state, fee: 0n, lies: false });
}

function latecomer({ fences, lease }: Model) {
  return ([0, 1] as const).find(
    process => fences[process] !== undefined && fences[process] !== lease.fence,
  );
}
