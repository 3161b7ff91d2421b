import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { refuse } from '../../../base/index.ts';
import { restoreChannels } from '../../../node/index.ts';
import { flag } from '../argument.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit.ts';
import { withOperator } from '../node/operator.ts';
import { agreeToMove } from '../node/real-money.ts';

const WARNING =
  'Each channel in it is closed by its other side, and its money comes back on-chain. A channel that is still in use must never be restored.';

/** Brings the money of lost channels back. `node init --restore` does it too, if it has the file. */
export const nodeChannelRestore = defineCommand({
  usage: 'node channel restore <file>',
  summary: 'Have the channels in a channel backup closed, after their node was lost',
  details: 'lnd looks first whether the file is of this wallet.',
  options: [['--yes', 'do not ask first; without effect where a PIN is set']],
  examples: ['tollkeeper node channel restore /media/stick/tollkeeper-signet-channel.backup'],
  input: z.strictObject({ file: z.string().min(1, { error: 'must be a path' }), yes: flag }),
  run: (session, { file, yes }) =>
    withOperator(session, async (operator, desk) => {
      const backup = await readFile(file).catch(() => undefined);
      if (backup === undefined) return refuse('invalid_input', 'There is no such file.');
      session.output.remark(WARNING);
      const agreed = await agreeToMove(session, desk, { question: 'Restore them?', yes });
      if (!agreed.ok) return agreed;
      if (!agreed.value) {
        session.output.answer({ restored: false }, 'Nothing was done.');
        return EXIT.declined;
      }
      const restored = await restoreChannels(operator, backup);
      if (!restored.ok) return restored;
      session.output.answer({ restored: true }, 'Their other sides were asked to close them.');
      return EXIT.done;
    }),
});
