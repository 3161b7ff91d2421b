import * as z from 'zod';
import { paywallId } from './paywall-fields.ts';
import { paywallOutput, proposalOutput, showPaywall, showProposal } from './paywall-output.ts';
import { defineTool, LOOKS } from './tool.ts';

/** Shows one paywall, and what about it waits for a human. */
export const paywallGet = defineTool({
  name: 'paywall_get',
  title: 'Look at a paywall',
  description: 'Shows one paywall, and the changes of it that wait for a human.',
  input: z.strictObject({ paywallId }),
  output: z.object({
    status: z.literal('ok'),
    paywall: paywallOutput,
    proposals: z.array(proposalOutput),
  }),
  listed: { output: z.looseObject({ paywall: z.looseObject({}) }) },
  annotations: LOOKS,
  async handle(context, input) {
    const { seller, owner } = context;
    const found = await seller.paywall(owner, input.paywallId);
    if (!found.ok) return found;
    const { id, status } = found.value;
    const proposals = (await seller.proposals(owner)).filter(each => each.paywallId === id);
    const paywall = await showPaywall(context, found.value);
    return {
      kind: 'output',
      output: { status: 'ok' as const, paywall, proposals: proposals.map(showProposal) },
      text: `Paywall ${id} is ${status}${paywall.open ? ' and sells' : ' and sells nothing'}.`,
    };
  },
});
