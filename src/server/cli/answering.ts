import { asTollkeeperError, type Problem, type Refused, refuse } from '../../base/index.ts';
import { type Answered, type Question, questionOf, type Task } from '../../task/index.ts';
import { problemAmidSpending } from '../../tools/index.ts';
import { surroundingsOf } from '../approval-text.ts';
import type { Tollkeeper } from '../compose.ts';
import { type Exit, exitFor } from './exit.ts';
import { follow } from './follow.ts';
import { outcomeOf } from './outcome.ts';
import { problemAt } from './problem.ts';
import type { Session } from './session.ts';
import type { Decider } from './verdict.ts';

/**
 * Has a question decided and answered, and sees an approved purchase through. One that then asks again,
 * because it became dearer, is put again where a human sits, and else left waiting. Returns a refusal when no verdict was to be had.
 */
export async function settleQuestion(
  session: Session,
  tollkeeper: Tollkeeper,
  first: Question,
  decide: Decider,
): Promise<Exit | Refused> {
  for (let question = first; ; ) {
    const verdict = await decide(question, await surroundingsOf(tollkeeper));
    if (!verdict.ok) return verdict;
    const { task, asked } = question;
    const given = { askId: asked.askId, verdict: verdict.value, via: 'terminal' } as const;
    const answered = await tollkeeper.buyer.answer(task, given);
    const refused = refusalOf(answered);
    if (refused !== undefined) return complained(session, problemAt(session.home, refused));
    const after = await follow(session, tollkeeper, task);
    const again = questionOf(after, session.clock.now());
    if (again === undefined || !session.terminal.interactive) {
      return reported(session, tollkeeper, after, answered);
    }
    question = again;
  }
}

/** Says what came of an answer: one line of JSON, or a few for a human. */
export async function reported(
  { output }: Session,
  tollkeeper: Tollkeeper,
  task: Task,
  answer: Answered,
): Promise<Exit> {
  const { shown, text, exit } = await outcomeOf(tollkeeper, task);
  output.answer({ taskId: task.id, answer, task: shown }, text);
  return exit;
}

/** Why an answer did not count, if it did not. */
export function refusalOf(answered: Answered): Refused | undefined {
  switch (answered) {
    case 'approved':
    case 'denied':
      return undefined;
    case 'expired':
      return refuse('approval_expired');
    case 'limit_below_price':
      return refuse('invalid_input', 'The sum for today is less than this purchase may cost.');
    case 'stale_ask':
    case 'already_answered':
      return refuse(answered);
  }
}

/** Says what broke a purchase off that was being answered and seen through: by then it may have been paid. */
export function brokenOff(session: Session, { log }: Tollkeeper, thrown: unknown): Exit {
  const error = asTollkeeperError(thrown);
  const { code, detail } = error;
  log.error({ code, error }, 'an approval was broken off');
  return complained(session, problemAmidSpending(problemAt(session.home, refuse(code, detail))));
}

function complained({ output }: Session, problem: Problem): Exit {
  output.refuse(problem);
  return exitFor(problem.code);
}
