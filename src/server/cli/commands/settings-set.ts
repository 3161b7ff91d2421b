import * as z from 'zod';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit.ts';
import { openRules } from '../rules.ts';
import { saveSetting } from '../settings-change.ts';
import { stated } from '../stated.ts';

/** Changes one setting in the file. What it loosens counts only on the PIN, as if the file had been edited. */
export const settingsSet = defineCommand({
  usage: 'settings set <path> <value>',
  summary: 'Change one setting',
  details:
    'The value is JSON, or else text. What tightens counts at once; with a PIN set, what loosens, or takes back what was tightened, is saved and counts when you type the PIN.',
  examples: [
    'tollkeeper settings set caps.daySats 2000',
    `tollkeeper settings set hosts.allow '["api.example.com"]'`,
  ],
  input: z.strictObject({ path: z.string(), value: z.string() }),
  async run(session, { path, value }) {
    const set = await saveSetting(session, await openRules(session), path, value);
    if (!set.ok) return set;
    const { now, confirmed } = set.value;
    const { unconfirmed } = now;
    const inEffect = confirmed.ok;
    const saved = stated(now.settings, path);
    const later = `Saved, but without effect until you confirm it: ${session.home.command('settings confirm')}`;
    session.output.answer(
      { path, value: saved, saved: true, inEffect, unconfirmed },
      inEffect ? `${path} = ${JSON.stringify(saved)}` : later,
    );
    return confirmed.ok ? EXIT.done : confirmed;
  },
});
