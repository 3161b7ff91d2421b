import * as z from 'zod';
import { ok, type Result, refuse } from '../../../base/index.ts';
import type { Question } from '../../../task/index.ts';
import type { Tollkeeper } from '../../compose.ts';
import { brokenOff, settleQuestion } from '../answering.ts';
import { flag, sats, taskId } from '../argument.ts';
import { defineCommand } from '../command.ts';
import { EXIT, type Exit } from '../exit.ts';
import { inTurn } from '../in-turn.ts';
import { withTollkeeper } from '../opened.ts';
import { pendingQuestion, pendingQuestions } from '../pending.ts';
import { needsHuman, type Session } from '../session.ts';
import { decided, deciderFor } from '../verdict.ts';

const ALONE = 'Say --once, --today or --no with a task id.';

/** Puts what waits for approval before the human, and sees through what they approve. */
export const approve = defineCommand({
  usage: 'approve [id]',
  summary: 'Answer the questions that purchases put to a human',
  details:
    'Shows each question that waits, or the one of a task, and asks: this once, this host up to so many sats today, or no. What was approved is then paid, here or by the process that is at it already. An answer given as an option is for the question that waits now; if the purchase then asks for more, a human is asked again, or it goes on waiting. With an approval PIN set, each yes needs the PIN, typed at a terminal.',
  options: [
    ['--once', 'say yes, this once, without being asked'],
    ['--today <sats>', 'say yes, and to this host up to so many sats for the rest of today (UTC)'],
    ['--no', 'say no'],
  ],
  examples: [
    'tollkeeper approve',
    'tollkeeper approve task_01234567-89ab-4cde-8f01-23456789abcd --once',
  ],
  input: z.strictObject({ id: taskId.optional(), once: flag, today: sats.optional(), no: flag }),
  async run(session, { id, ...said }) {
    const given = decided(said);
    if (!given.ok) return given;
    if (given.value !== undefined && id === undefined) {
      return refuse('invalid_input', 'Name the task: nobody answers what was not looked at.');
    }
    const alone = given.value === undefined ? needsHuman(session, ALONE) : undefined;
    if (alone !== undefined && id !== undefined) return alone;
    return withTollkeeper(session.home, async tollkeeper => {
      const questions = await questionsFor(tollkeeper, id);
      if (!questions.ok) return questions;
      if (questions.value.length === 0) return nothing(session);
      if (alone !== undefined) return alone;
      const decide = deciderFor(session, tollkeeper.pin, given.value);
      const settle = (question: Question) =>
        settleQuestion(session, tollkeeper, question, decide).catch(thrown =>
          brokenOff(session, tollkeeper, thrown),
        );
      return inTurn(questions.value, settle);
    });
  },
});

async function questionsFor(
  tollkeeper: Tollkeeper,
  id: string | undefined,
): Promise<Result<readonly Question[]>> {
  if (id === undefined) return ok(await pendingQuestions(tollkeeper));
  const question = await pendingQuestion(tollkeeper, id);
  return question.ok ? ok([question.value]) : question;
}

function nothing({ output }: Session): Exit {
  output.answer({ pending: 0 }, 'Nothing waits for approval.');
  return EXIT.nothing;
}
