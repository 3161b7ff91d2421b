import * as z from 'zod';
import { newAddress } from '../../../node/index.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit.ts';
import { withOperator } from '../node/operator.ts';

/** Shows where bitcoin can be sent to for the node. */
export const nodeFund = defineCommand({
  usage: 'node fund',
  summary: 'Show an address to send bitcoin to, for channels to be opened with',
  details:
    'A fresh one each time. What was sent shows in `node status` as soon as it is confirmed.',
  examples: ['tollkeeper node fund'],
  input: z.strictObject({}),
  run: session =>
    withOperator(session, async (operator, { network }) => {
      const made = await newAddress(operator);
      if (!made.ok) return made;
      const address = made.value;
      if (!session.output.json) session.output.remark(await qrCode(`bitcoin:${address}`));
      session.output.answer({ network, address }, address);
      return EXIT.done;
    }),
});

/** A QR code of block characters. In capitals it is smaller, and BIP 173 says that they mean the same. */
async function qrCode(text: string): Promise<string> {
  const { renderUnicodeCompact } = await import('uqr');
  return renderUnicodeCompact(text.toUpperCase());
}
