import { randomUUID } from 'node:crypto';
import { SECOND } from '../base/index.ts';
import { purseOf } from '../policy/index.ts';
import { newNames } from './judge.ts';
import type { Means } from './means.ts';
import type { StepOf } from './next-step.ts';
import { purchaseOf } from './purchase.ts';
import { recordStep, type Turn } from './record.ts';
import { reserve } from './reserve.ts';
import { send } from './send.ts';

/** How long a purchase waits for other payments to end before it tries again, ms. */
const QUEUE_MS: number = SECOND / 4;
/** And for the audit of a restored record. */
const AUDIT_MS: number = 1 * SECOND;

/** T1, then the wallet, then T2 or T3. Returns when to look again, ms from now, if it has to wait. */
export async function pay(means: Means, turn: Turn<StepOf<'pay'>>): Promise<number | undefined> {
  const rules = await means.house();
  const wallet = await means.wallet(purseOf(rules.policy));
  const { paymentHash } = turn.step.challenged.quote;
  const attemptId = randomUUID();
  const decide = reserve({ fence: turn.fence, rules, names: newNames(), attemptId });
  const { facts, rejected } = await recordStep(means, turn, decide, { paymentHash });
  if (rejected === 'PAYMENTS_IN_FLIGHT') return QUEUE_MS;
  if (rejected === 'record_restored') return AUDIT_MS;
  const { reserved } = purchaseOf(facts);
  // Only the attempt that this very transaction recorded is sent: anything else is looked up.
  if (rejected !== undefined || reserved?.attemptId !== attemptId) return undefined;
  const task = { id: turn.task.id, facts };
  return send(means, { ...turn, task, step: { kind: 'look_up', reserved } }, wallet);
}
