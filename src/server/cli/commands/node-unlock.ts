import * as z from 'zod';
import { refuse } from '../../../base/index.ts';
import { doorOf, openUnlocker, takeOver } from '../../../node/index.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit.ts';
import { openSupervisedDesk } from '../node/desk.ts';
import { confirmRealMoney } from '../node/real-money.ts';
import { needsHuman } from '../session.ts';

/** Opens the wallet of a node with a password that only a human knows, and seals it for the next time. */
export const nodeUnlock = defineCommand({
  usage: 'node unlock',
  summary: 'Open the wallet of the running node with its password, and keep that sealed',
  details:
    'Needed only for a wallet whose password Tollkeeper did not make, or after its keys were lost. It is asked for at the terminal.',
  examples: ['tollkeeper node unlock'],
  input: z.strictObject({}),
  async run(session) {
    const desk = await openSupervisedDesk(session);
    if (!desk.ok) return desk;
    const nobody = needsHuman(session, 'A password is never an option or a variable.');
    if (nobody !== undefined) return nobody;
    const { place, vault, policy, log } = desk.value;
    const { clock, output, terminal } = session;
    const door = await doorOf(place, clock);
    const unlocker = openUnlocker(() => door, clock);
    try {
      const stage = await unlocker.stage();
      if (!stage.ok) return refuse('node_unreachable');
      if (stage.value === 'absent') return refuse('node_not_initialized');
      if (stage.value !== 'locked') {
        output.answer({ unlocked: true, changed: false }, 'It is open already.');
        return EXIT.nothing;
      }
      // A wallet that another password opens may be another one: somebody else's, in the place of the human's.
      const agreed = await confirmRealMoney(session, desk.value, { policy, isProved: false });
      if (!agreed.ok) return agreed;
      await agreed.value.keep();
      const typed = await terminal.secret('The password of the node’s wallet');
      if (typed === undefined) return refuse('node_locked');
      const opened = await takeOver({ place, vault, unlocker, clock, log }, Buffer.from(typed));
      if (!opened.ok) return opened;
      output.answer({ unlocked: true, changed: true }, 'It is open, and the password is sealed.');
      return EXIT.done;
    } finally {
      unlocker.close();
    }
  },
});
