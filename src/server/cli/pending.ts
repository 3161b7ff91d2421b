import { ok, type Result, refuse } from '../../base/index.ts';
import { type Question, questionOf } from '../../task/index.ts';
import type { Tollkeeper } from '../compose.ts';
import { LOCAL_OWNER } from '../owner.ts';

/** More than is ever open at once in daily use; what is beyond comes up at the next call. */
const MOST = 200;

/** The questions that wait for a human, oldest first. */
export async function pendingQuestions({
  store,
  clock,
}: Pick<Tollkeeper, 'store' | 'clock'>): Promise<readonly Question[]> {
  const open = await store.tasks.list({ owner: LOCAL_OWNER, limit: MOST, openOnly: true });
  return open.toReversed().flatMap(task => questionOf(task, clock.now()) ?? []);
}

/** The question that a task waits with; refuses with `task_not_found`, or `invalid_transition` if it waits with none. */
export async function pendingQuestion(
  { buyer, clock }: Tollkeeper,
  id: string,
): Promise<Result<Question>> {
  const found = await buyer.find(LOCAL_OWNER, id);
  if (!found.ok) return found;
  const question = questionOf(found.value, clock.now());
  return question ? ok(question) : refuse('invalid_transition', 'It waits for no approval.');
}
