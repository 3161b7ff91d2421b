import * as z from 'zod';
import { refuse } from '../../../base/index.ts';
import { showIssue } from '../../../policy/index.ts';
import { defineCommand } from '../command.ts';
import { confirmSettings } from '../confirmation.ts';
import { EXIT } from '../exit.ts';
import { openRules } from '../rules.ts';
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
    const rules = await openRules(session);
    const changed = await rules.settings.set(path, value);
    if (!changed.ok) {
      const why = changed.issues.map(showIssue).join(' ');
      return refuse('invalid_input', `${why} settings.json was not changed.`);
    }
    const now = rules.settings.read();
    const waits = now.unconfirmed.some(each => overlaps(each, path));
    const confirmed = waits ? await confirmSettings(session, rules, now) : undefined;
    const inEffect = confirmed?.ok ?? true;
    const saved = stated(now.settings, path);
    const { unconfirmed } = inEffect ? rules.settings.read() : now;
    const later = `Saved, but without effect until you confirm it: ${session.home.command('settings confirm')}`;
    session.output.answer(
      { path, value: saved, saved: true, inEffect, unconfirmed },
      inEffect ? `${path} = ${JSON.stringify(saved)}` : later,
    );
    return confirmed === undefined || confirmed.ok ? EXIT.done : confirmed;
  },
});

/** Whether one path is the other, or lies in it: then setting the one touched the other. */
function overlaps(one: string, other: string): boolean {
  return `${one}.`.startsWith(`${other}.`) || `${other}.`.startsWith(`${one}.`);
}
