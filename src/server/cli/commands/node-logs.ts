import * as z from 'zod';
import { lastLines } from '../../../node/index.ts';
import { whole } from '../argument.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit.ts';
import { openSupervisedDesk } from '../node/desk.ts';

/** Shows what lnd wrote, without anything that looks like a secret. */
export const nodeLogs = defineCommand({
  usage: 'node logs',
  summary: 'Show the last lines of the Lightning node’s log',
  details:
    'What looks like a secret is left out. The whole log lies in the data directory, under lnd.',
  options: [['--lines <number>', 'how many (default: 40)']],
  examples: ['tollkeeper node logs', 'tollkeeper node logs --lines 200'],
  input: z.strictObject({ lines: whole(1, 10_000).default(40) }),
  async run(session, { lines }) {
    const desk = await openSupervisedDesk(session);
    if (!desk.ok) return desk;
    const found = await lastLines(desk.value.place, lines);
    session.output.answer({ lines: found }, found.join('\n'));
    return found.length === 0 ? EXIT.nothing : EXIT.done;
  },
});
