import { resolve } from 'node:path';
import * as z from 'zod';
import { refuse } from '../../../base/index.ts';
import { exportChannels } from '../../../node/index.ts';
import { createFile } from '../../../secrets/index.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit.ts';
import { withOperator } from '../node/operator.ts';

/** Writes the static channel backup to a file of the operator's choice. */
export const nodeBackup = defineCommand({
  usage: 'node backup <file>',
  summary: 'Write the channel backup to a new file',
  details:
    'With the 24 words it brings back what is in channels. It is of use to nobody without them. It is out of date with the next channel: set lnd.backupDirectory to have it copied on each change.',
  examples: ['tollkeeper node backup /media/stick/channel.backup'],
  input: z.strictObject({ file: z.string().min(1, { error: 'must be a path' }) }),
  run: (session, { file }) =>
    withOperator(session, async operator => {
      const exported = await exportChannels(operator);
      if (!exported.ok) return exported;
      if (exported.value === undefined) {
        session.output.answer({ channels: false }, 'There are no channels to back up.');
        return EXIT.nothing;
      }
      const path = resolve(file);
      const made = await createFile(path, exported.value).catch(() => undefined);
      if (made === undefined) return refuse('channel_backup_failed', 'The file cannot be written.');
      if (!made)
        return refuse('invalid_input', 'There is a file of that name, which stays as it is.');
      const bytes = exported.value.length;
      session.output.answer({ channels: true, file: path, bytes }, `Written: ${path}`);
      return EXIT.done;
    }),
});
