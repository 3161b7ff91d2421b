import * as z from 'zod';
import { LOCAL_OWNER } from '../../owner.ts';
import { flag, taskId } from '../argument.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit.ts';
import { oneLine } from '../layout.ts';
import { withTollkeeper } from '../opened.ts';
import { outcomeOf } from '../outcome.ts';
import { needsHuman } from '../session.ts';

/** Ends a task for which no money is held. */
export const cancel = defineCommand({
  usage: 'cancel <id>',
  summary: 'End a purchase that has not begun to pay',
  details:
    'It cannot be taken back; the agent would have to buy anew. Money that is on its way is not stopped.',
  options: [['--yes', 'do not ask first']],
  examples: ['tollkeeper cancel task_01234567-89ab-4cde-8f01-23456789abcd --yes'],
  input: z.strictObject({ id: taskId, yes: flag }),
  async run(session, { id, yes }) {
    const alone = yes ? undefined : needsHuman(session, 'Say --yes.');
    if (alone !== undefined) return alone;
    return withTollkeeper(session.home, async tollkeeper => {
      const found = await tollkeeper.buyer.find(LOCAL_OWNER, id);
      if (!found.ok) return found;
      const { shown: before } = await outcomeOf(tollkeeper, found.value);
      const question = `Cancel ${before.method} ${oneLine(before.url)}?`;
      if (!yes && !(await session.terminal.agree(question))) {
        session.output.answer({ taskId: id, cancelled: false }, 'Nothing was changed.');
        return EXIT.declined;
      }
      const cancelled = await tollkeeper.buyer.cancel(found.value);
      if (!cancelled.ok) return cancelled;
      const { shown, text } = await outcomeOf(tollkeeper, cancelled.value);
      session.output.answer({ taskId: id, cancelled: true, task: shown }, text);
      return EXIT.done;
    });
  },
});
