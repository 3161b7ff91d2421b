import * as z from 'zod';
import { withKillSwitch } from '../../../store/index.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit.ts';
import { PAUSED, showPause } from '../pause-text.ts';

const MOST = 200;
const error = `must be a text of 1 to ${MOST} characters`;

/** Stops all spending and selling. That only tightens, so anybody may, and it needs no keys. */
export const pause = defineCommand({
  usage: 'pause',
  summary: 'Stop all spending and selling at once, in every process on the data directory',
  details:
    'From then on nothing is paid and no payment is sent again, until a human says `tollkeeper resume`. Purchases that would be paid meanwhile are denied; agents may ask for them anew afterwards. What is on its way already is looked up to its end and delivered. No paywall answers anything but HTTP 403, also to tokens that were paid for; those keep until they end.',
  options: [['--reason <text>', `what for, ${MOST} characters at most`]],
  examples: ['tollkeeper pause', 'tollkeeper pause --reason "the agent buys nonsense"'],
  input: z.strictObject({
    reason: z.string().trim().min(1, { error }).max(MOST, { error }).optional(),
  }),
  run: ({ home, clock, output }, { reason }) =>
    withKillSwitch(home.path, clock, async killSwitch => {
      const isNew = await killSwitch.pause(reason);
      const held = await killSwitch.read();
      if (held === undefined) {
        output.answer({ paused: false }, 'Somebody resumed it at the same moment.');
        return EXIT.failed;
      }
      const { at, reason: why } = held;
      const said = isNew ? `${PAUSED} is paused.` : `${PAUSED} ${showPause(held)} already.`;
      output.answer(
        { paused: true, since: new Date(at).toISOString(), reason: why, wasPaused: !isNew },
        `${said}\nA human lets it go on: ${home.command('resume')}`,
      );
      return EXIT.done;
    }),
});
