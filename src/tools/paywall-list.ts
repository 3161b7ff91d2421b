import * as z from 'zod';
import { PAYWALL_STATUSES } from '../paywall/index.ts';
import { pageLimit } from './paywall-fields.ts';
import { paywallOutput, proposalOutput, showPaywall, showProposal } from './paywall-output.ts';
import { defineTool, LOOKS } from './tool.ts';

/** Lists paywalls, newest first, and the changes that wait for a human. */
export const paywallList = defineTool({
  name: 'paywall_list',
  title: 'List paywalls',
  description:
    'Lists paywalls, newest first, and every change that waits for a human, new paywalls among them.',
  input: z.strictObject({ status: z.enum(PAYWALL_STATUSES).optional(), limit: pageLimit }),
  output: z.object({
    status: z.literal('ok'),
    paywalls: z.array(paywallOutput),
    proposals: z.array(proposalOutput),
  }),
  listed: { output: z.looseObject({ paywalls: z.array(z.looseObject({})) }) },
  annotations: LOOKS,
  async handle(context, { status, limit = 50 }) {
    const { seller, owner } = context;
    const all = await seller.paywalls(owner);
    const wanted = all.filter(each => status === undefined || each.status === status);
    const page = wanted.slice(0, limit);
    const paywalls = await Promise.all(page.map(each => showPaywall(context, each)));
    const proposals = (await seller.proposals(owner)).map(showProposal);
    return {
      kind: 'output',
      output: { status: 'ok' as const, paywalls, proposals },
      text: `${paywalls.length} paywalls; ${proposals.length} changes wait for a human.`,
    };
  },
});
