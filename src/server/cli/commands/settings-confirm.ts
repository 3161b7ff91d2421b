import * as z from 'zod';
import { defineCommand } from '../command.ts';
import { confirmSettings } from '../confirmation.ts';
import { EXIT } from '../exit.ts';
import { openRules } from '../rules.ts';

/** Makes the settings as they stand the confirmed ones, on the PIN. */
export const settingsConfirm = defineCommand({
  usage: 'settings confirm',
  summary: 'Make what the edited settings file loosens count',
  details:
    'Shows first what it is. Without a PIN there is nothing to confirm: everything in the file counts at once.',
  examples: ['tollkeeper settings confirm'],
  input: z.strictObject({}),
  async run(session) {
    const rules = await openRules(session);
    if (!(await rules.pin.isSet())) {
      session.output.answer({ confirmed: false }, 'No PIN is set, so everything counts already.');
      return EXIT.nothing;
    }
    const shown = rules.settings.read();
    const confirmed = await confirmSettings(session, rules, shown);
    if (!confirmed.ok) return confirmed;
    const { unconfirmed: paths } = shown;
    session.output.answer({ confirmed: true, paths }, 'The settings are confirmed as they stand.');
    return EXIT.done;
  },
});
