import { TollkeeperError } from '../base/index.ts';
import type { FactOf } from './fact.ts';
import type { StepOf } from './next-step.ts';
import { type Decide, type Recorder, recordStep, type Turn } from './record.ts';

/**
 * Has the record say that a request which must not be repeated is about to leave. From then on the step
 * that is due is to give it up, here or in whichever process comes after a crash; only its answer, taken
 * down in that very turn, comes before. Undefined if the request may no longer leave.
 */
export async function announce(
  recorder: Recorder,
  turn: Turn,
  phase: FactOf<'sent'>['phase'],
): Promise<Turn<StepOf<'give_up'>> | undefined> {
  const leaving: Decide = (_facts, _books, now) => [{ kind: 'sent', at: now, phase }];
  const { facts, rejected } = await recordStep(recorder, turn, leaving);
  if (rejected !== undefined) return undefined;
  // Stopped since and continued, another process may have given it up, and the caller asked again.
  if (!turn.isSure()) throw new TollkeeperError('desktop_executor_offline');
  const step = { kind: 'give_up', paid: phase === 'deliver' } as const;
  return { ...turn, task: { id: turn.task.id, facts }, step };
}
