import * as z from 'zod';
import { LOCAL_OWNER } from '../../owner.ts';
import { refusalOf, reported } from '../answering.ts';
import { taskId } from '../argument.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit.ts';
import { withTollkeeper } from '../opened.ts';
import { pendingQuestion } from '../pending.ts';

/** Says no to a task's question. That moves no money, so it needs no PIN. */
export const deny = defineCommand({
  usage: 'deny <id>',
  summary: 'Say no to a purchase that waits for approval',
  details: 'Its host is then not asked about again for a while (approvals.coolDownMinutes).',
  examples: ['tollkeeper deny task_01234567-89ab-4cde-8f01-23456789abcd'],
  input: z.strictObject({ id: taskId }),
  run: (session, { id }) =>
    withTollkeeper(session.home, async tollkeeper => {
      const { buyer } = tollkeeper;
      const question = await pendingQuestion(tollkeeper, id);
      if (!question.ok) return question;
      const { task, asked } = question.value;
      const given = { askId: asked.askId, verdict: { kind: 'no' }, via: 'terminal' } as const;
      const answered = await buyer.answer(task, given);
      const refused = refusalOf(answered);
      if (refused !== undefined) return refused;
      const after = await buyer.find(LOCAL_OWNER, id);
      if (!after.ok) return after;
      await reported(session, tollkeeper, after.value, answered);
      return EXIT.done;
    }),
});
