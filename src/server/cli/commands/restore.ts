import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { asTollkeeperError, type Refused, refuse } from '../../../base/index.ts';
import { type Backup, openBackup } from '../../../store/index.ts';
import { keysOf, openKeys } from '../../keys.ts';
import { flag } from '../argument.ts';
import { showBackup } from '../backup-text.ts';
import { defineCommand } from '../command.ts';
import { consent } from '../consent.ts';
import { EXIT, type Exit } from '../exit.ts';
import { counted } from '../layout.ts';
import { openRules } from '../rules.ts';
import type { Session } from '../session.ts';
import { auditText, NOT_TOLD, walletsWord } from '../wallets-word.ts';

/** Puts a backup in the place of the task record, and has the wallet tell what it paid since. */
export const restore = defineCommand({
  usage: 'restore <file>',
  summary: 'Put a backup in the place of the task record',
  details:
    'Shows first what the backup knows, and asks; with an approval PIN set it needs the PIN. The record that is replaced is kept beside it. What was bought since the backup is forgotten, but not what it cost: the wallet tells what it paid, and until it did nothing new is paid. Purchases that still waited for a payment end, and allowances are over, because nobody knows whether they were used. A pause stays.',
  options: [['--yes', 'do not ask first; without effect where a PIN is set']],
  examples: ['tollkeeper restore /media/stick/tollkeeper-2026-01-31.db'],
  input: z.strictObject({ file: z.string().min(1, { error: 'must be a path' }), yes: flag }),
  async run(session, { file, yes }) {
    const path = resolve(file);
    const backup = await opened(session, path);
    if ('ok' in backup) return backup;
    try {
      session.output.remark(describe(path, backup));
      const { pin } = await openRules(session);
      const question = 'Put it in the place of the present record?';
      const agreed = await consent(session, pin, { question, yes });
      if (!agreed.ok) return agreed;
      if (agreed.value) return await putBack(session, backup);
      session.output.answer({ restored: false }, 'Nothing was changed.');
      return EXIT.declined;
    } finally {
      await backup.close();
    }
  },
});

/** Opens the backup with the keys that are there. Missing ones are not made: they could not be the right ones. */
async function opened({ home, clock }: Session, file: string): Promise<Backup | Refused> {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile())
    return refuse('invalid_input', 'There is no such file.');
  if (!existsSync(join(keysOf(home), 'data.key')))
    return refuse('key_unavailable', 'A backup opens only with the keys that it was made with.');
  const sealer = await openKeys(home);
  return openBackup({ home: home.path, file, sealer, clock }).catch(unusable);
}

/** Why a file cannot be restored, in words that are not about the record itself. */
function unusable(thrown: unknown): Refused {
  const { code, detail } = asTollkeeperError(thrown);
  switch (code) {
    case 'store_corrupt':
      return refuse('invalid_input', 'The file is no backup of a task record, or it is damaged.');
    case 'key_unavailable':
      return refuse(code, 'The backup was made with other keys than those of this data directory.');
    default:
      return refuse(code, detail);
  }
}

function describe(file: string, backup: Backup): string {
  const { beyond } = backup;
  const lost =
    beyond === undefined
      ? 'The present record cannot be read. End every MCP client and `tollkeeper up` first, so that none goes on with it.'
      : `The present record knows ${counted(beyond, 'fact')} beyond that.`;
  return `${file}: ${showBackup(backup)}.\n${lost}`;
}

async function putBack(session: Session, backup: Backup): Promise<Exit> {
  const { kept, damaged, cancelled, paused } = await backup.restore();
  // What was restored stays so, whatever keeps the wallet from being asked now.
  const word = await walletsWord(session).catch(() => NOT_TOLD);
  const { purchases, newest } = backup;
  const text = [
    `Restored: ${showBackup(backup)}.`,
    ...(kept === undefined ? [] : [`The record before it is kept: ${kept}`]),
    ...(damaged
      ? [`It may have been paused, so spending is: ${session.home.command('resume')}`]
      : []),
    ...(cancelled === 0 ? [] : [`${counted(cancelled, 'unpaid purchase')} ended.`]),
    ...(paused === 0
      ? []
      : [`${counted(paused, 'paywall')} paused: ${session.home.command('paywall list')}`]),
    auditText(word),
  ].join('\n');
  const newestAt = newest === undefined ? undefined : new Date(newest).toISOString();
  const done = { restored: true, purchases, newestAt, kept, damaged, cancelled, paused };
  session.output.answer({ ...done, ...word }, text);
  return word.audited ? EXIT.done : EXIT.failed;
}
