import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { refuse } from '../../../base/index.ts';
import { backUp } from '../../../store/index.ts';
import type { Home } from '../../home.ts';
import { keysOf } from '../../keys.ts';
import { showBackup } from '../backup-text.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit.ts';
import { showSize } from '../layout.ts';

/** Copies the task record into a file, while whoever wants to goes on buying. */
export const backup = defineCommand({
  usage: 'backup <file>',
  summary: 'Copy the task record into a new file, also while it is in use',
  details:
    'The copy is the record as it is at that moment. The secrets in it (preimages, tokens, the bodies of requests) stay sealed: only the keys of this data directory open them. What was bought from whom, with the beginnings of the answers, is not sealed. Neither keys/ nor the bought bodies nor the settings are in it.',
  examples: ['tollkeeper backup /media/stick/tollkeeper-2026-01-31.db'],
  input: z.strictObject({ file: z.string().min(1, { error: 'must be a path' }) }),
  async run({ home, output }, { file }) {
    if (!existsSync(join(home.path, 'tollkeeper.db'))) {
      output.answer({ backedUp: false }, 'There is no task record yet.');
      return EXIT.nothing;
    }
    const path = resolve(file);
    if (isTheRecords(home, path))
      return refuse('invalid_input', 'That name belongs to the record.');
    const contents = await backUp(home.path, path);
    const { size: bytes } = await stat(path);
    const { purchases, newest } = contents;
    const newestAt = newest === undefined ? undefined : new Date(newest).toISOString();
    const text = `Backed up to ${path}: ${showSize(bytes)}, ${showBackup(contents)}.\n${keysText(home)}`;
    output.answer({ backedUp: true, file: path, bytes, purchases, newestAt }, text);
    return EXIT.done;
  },
});

/** Whether a path is one that SQLite takes for a part of the record. */
function isTheRecords({ path: home }: Home, path: string): boolean {
  const near = join(home, 'tollkeeper.db');
  return [near, `${near}-wal`, `${near}-shm`, `${near}-journal`].includes(path);
}

function keysText(home: Home): string {
  const opened = home.passphrase === undefined ? '' : ' and its passphrase';
  return `Its secrets open only with ${keysOf(home)}${opened}, which is not in it: keep a copy of that apart from it. The bought bodies are not in it either.`;
}
