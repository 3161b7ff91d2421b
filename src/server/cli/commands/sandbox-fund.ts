import * as z from 'zod';
import { showSats } from '../../../base/index.ts';
import { sats } from '../argument.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit.ts';

/** Adds play money. */
export const sandboxFund = defineCommand({
  usage: 'sandbox fund <sats>',
  summary: 'Put play money into the sandbox wallet',
  examples: ['tollkeeper sandbox fund 5000'],
  input: z.strictObject({ sats }),
  async run({ home, output }, { sats: added }) {
    const { fund } = await import('../../../wallet/index.ts');
    const balance = await fund(home.path, added);
    output.answer(
      { addedMsats: added * 1000, balanceMsats: balance },
      `The sandbox wallet holds ${showSats(balance)} of play money.`,
    );
    return EXIT.done;
  },
});
