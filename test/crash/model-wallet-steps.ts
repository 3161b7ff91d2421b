import fc from 'fast-check';
import { expect } from 'vitest';
import { type Code, DAY } from '../../src/base/index.ts';
import type { Payment } from '../../src/task/wallet.ts';
import type { Invoice, Model, ModelTask, WalletEntry } from './model.ts';
import { commandsOf, pass } from './model-command.ts';
import { entryOf, heard, maySendAgain, missed, type Taking } from './model-moves.ts';
import type { Rig } from './model-rig.ts';
import { hold } from './model-rules.ts';
import { SETTINGS } from './model-settings.ts';
import { can, due, learnAsk, pick, step } from './model-step.ts';
import { NOT_FOUND, outcomeOf, UNREACHABLE, walletOf } from './model-wallet.ts';

// The steps of the loop in which the wallet is asked, each taken once by the process that holds the lease.

const takings = fc.constantFrom<Taking>(
  ...(['settled', 'settled', 'settled', 'settled', 'failed', 'in_flight', 'in_flight'] as const),
  ...([
    'answer_lost',
    'unreached',
    'unreached',
    'wrong_preimage',
    'dies',
    'dies',
    'stolen',
  ] as const),
);
const fees = fc.constantFrom(0n, 500n, 2_000n);

/** T1; then the wallet is handed the payment, or the process ends before or after that. */
export const pay = commandsOf('pay', fc.record({ choice: pick, taking: takings, fee: fees }), {
  can: can('pay'),
  async run(model, rig, { choice, taking, fee }) {
    const task = due(model, 'pay', choice);
    if (task.phase.is !== 'approved') throw new Error('nothing is approved');
    const { invoice } = task.phase;
    const before = rig.handed.length;
    const { fence } = model.lease;
    rig.wallet = walletOf(model, rig, task, taking, fee);
    task.phase = hold(model, task);
    const isHeld = isNowHeld(task);
    const stopped = await step(model, rig, 'pay', task, { isSure: taking !== 'dies' });
    checkHanded(rig.handed.slice(before), isHeld, taking, stopped);
    if (isHeld) {
      await checkCaps(model, rig, task);
      hearPaid(model, task, invoice, fence);
    }
    await learnAsk(rig, task);
  },
});

function isNowHeld({ phase }: ModelTask): boolean {
  return phase.is === 'held';
}

/** What the model learns of a payment that was handed over, unless the lease was lost meanwhile. */
function hearPaid(model: Model, task: ModelTask, invoice: Invoice, fence: number): void {
  const entry = entryOf(model, invoice);
  const isHeard = entry !== undefined && !model.unheard.has(entry);
  if (isHeard && model.lease.fence === fence) task.phase = heard(model, task, entry);
}

/** Right after a sum was held, every window has room for what is spent and held, under the settings of now. */
async function checkCaps({ settings, now }: Model, { stores }: Rig, { shop: host }: ModelTask) {
  const { caps } = SETTINGS[settings];
  const sat = 1000n;
  const { spend } = await stores[1].ledger.books({ owner: 'local', host, now });
  expect(spend.hostDay).toBeLessThanOrEqual(BigInt(caps.hostSats) * sat);
  expect(spend.hour).toBeLessThanOrEqual(BigInt(caps.hourSats) * sat);
  expect(spend.day).toBeLessThanOrEqual(BigInt(caps.daySats) * sat);
  expect(spend.total).toBeLessThanOrEqual(BigInt(caps.totalSats) * sat);
}

const looking = fc.record({
  choice: pick,
  says: fc.constantFrom('truth', 'truth', 'truth', 'truth', 'unreachable', 'settles', 'fails'),
  // The machine's clock is wrong while it looks.
  drift: fc.constantFrom(0, 0, 0, 0, 0, DAY, -DAY),
  taking: takings,
  fee: fees,
});

/** The wallet is asked about a payment; what it does not know may be handed over again. */
export const lookUp = commandsOf('look up', looking, {
  can: can('look_up'),
  async run(model, rig, { choice, says, taking, fee, drift }) {
    const task = due(model, 'look_up', choice);
    pass(model, rig, drift);
    if (task.phase.is !== 'held') throw new Error('nothing is held');
    const { invoice } = task.phase;
    const { fence } = model.lease;
    const entry = entryOf(model, invoice);
    if (entry) turn(entry, says);
    const word = says === 'unreachable' ? UNREACHABLE : entry ? outcomeOf(entry) : NOT_FOUND;
    const resends = word === NOT_FOUND && maySendAgain(model, task);
    rig.wallet = { ...walletOf(model, rig, task, taking, fee), lookUp: async () => word };
    const before = rig.handed.length;
    const stopped = await step(model, rig, 'look_up', task, { isSure: taking !== 'dies' });
    checkHanded(rig.handed.slice(before), resends, taking, stopped);
    if (resends) hearPaid(model, task, invoice, fence);
    else if (word === NOT_FOUND) task.phase = missed(model, task);
    else if (entry && word !== UNREACHABLE) task.phase = heard(model, task, entry);
    pass(model, rig, -drift);
  },
});

/** The wallet was handed just what it should be, and the process stopped if it died or lost the lease. */
function checkHanded(
  handed: readonly Payment[],
  isSent: boolean,
  taking: Taking,
  stopped: Code | undefined,
): void {
  expect(handed).toHaveLength(isSent && taking !== 'dies' ? 1 : 0);
  const isStopped = isSent && (taking === 'dies' || taking === 'stolen');
  expect(stopped).toBe(isStopped ? 'desktop_executor_offline' : undefined);
}

/** What becomes of a payment that the wallet has. */
function turn(entry: WalletEntry, says: string): void {
  if (entry.state === 'in_flight' && says === 'settles') entry.state = 'settled';
  if (entry.state === 'in_flight' && says === 'fails') entry.state = 'failed';
  if (says === 'settles') entry.lies = false;
}
