import * as z from 'zod';
import { withKillSwitch } from '../../../store/index.ts';
import { flag } from '../argument.ts';
import { defineCommand } from '../command.ts';
import { consent } from '../consent.ts';
import { EXIT } from '../exit.ts';
import { PAUSED, showPause } from '../pause-text.ts';
import { openRules, type Rules } from '../rules.ts';
import type { Session } from '../session.ts';

/** Lets spending and selling go on after a pause: a human's word, by the PIN where one is set. */
export const resume = defineCommand({
  usage: 'resume',
  summary: 'Let spending and selling go on after `tollkeeper pause`',
  details:
    'With an approval PIN set it needs the PIN, typed at a terminal; without one it asks first.',
  options: [['--yes', 'do not ask first; without effect where a PIN is set']],
  examples: ['tollkeeper resume', 'tollkeeper resume --yes'],
  input: z.strictObject({ yes: flag }),
  async run(session, { yes }) {
    const { home, clock, output } = session;
    const rules = await openRules(session);
    return withKillSwitch(home.path, clock, async killSwitch => {
      const pause = await killSwitch.read();
      const still = settingsPause(session, rules);
      if (pause === undefined) {
        const text = ['`tollkeeper pause` stops nothing now.', ...still].join('\n');
        output.answer({ resumed: false, settingsPaused: still.length > 0 }, text);
        return EXIT.nothing;
      }
      output.remark(`${PAUSED} ${showPause(pause)}.`);
      const agreed = await consent(session, rules.pin, { question: 'Let it go on?', yes });
      if (!agreed.ok) return agreed;
      const resumed = agreed.value && (await killSwitch.resume());
      const text = [resumed ? 'The pause is over.' : 'Nothing was changed.', ...still].join('\n');
      output.answer({ resumed, settingsPaused: still.length > 0 }, text);
      return resumed ? EXIT.done : EXIT.declined;
    });
  },
});

/** That the settings stop spending too, if they do, and how to change that. */
function settingsPause({ home }: Session, { settings }: Rules): readonly string[] {
  if (!settings.read().policy.paused) return [];
  const set = home.command('settings set paused false');
  return [`The settings still stop all spending (paused = true). To change it: ${set}`];
}
