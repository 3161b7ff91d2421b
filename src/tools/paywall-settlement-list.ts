import * as z from 'zod';
import { msat, showSats } from '../base/index.ts';
import type { Settlement } from '../paywall/index.ts';
import { shownMsats } from './fields.ts';
import { pageLimit, paywallId } from './paywall-fields.ts';
import { defineTool, LOOKS } from './tool.ts';

const settlement = z.object({
  settlementId: z.string(),
  paywallId: z.string(),
  amountMsats: shownMsats,
  askedMsats: shownMsats.optional(),
  fit: z.enum(['whole', 'short', 'unknown']),
  settledAt: z.string(),
  createdAtMs: z.number(),
  paymentProofRef: z.string(),
});

/** Lists what was paid to the owner's paywalls, newest first. */
export const paywallSettlementList = defineTool({
  name: 'paywall_settlement_list',
  title: 'List settlements',
  description: "Lists payments to the owner's paywalls, newest first.",
  input: z.strictObject({
    paywallId: paywallId.optional(),
    limit: pageLimit,
    beforeCreatedAtMs: z.number().int().min(0).optional().describe('The nextCursor of a list'),
  }),
  output: z.object({
    status: z.literal('ok'),
    settlements: z.array(settlement),
    nextCursor: z.number().optional(),
  }),
  listed: {
    output: z.looseObject({
      settlements: z.array(z.looseObject({})),
      nextCursor: z.number().optional(),
    }),
  },
  annotations: LOOKS,
  async handle(
    { seller, paywalls, owner },
    { paywallId: id, limit = 50, beforeCreatedAtMs: before },
  ) {
    const found = id === undefined ? undefined : await seller.paywall(owner, id);
    if (found !== undefined && !found.ok) return found;
    const page = await paywalls.takings.list({
      owner,
      limit,
      ...(found === undefined ? {} : { paywallId: found.value.id }),
      ...(before === undefined ? {} : { before }),
    });
    const settlements = page.map(show);
    const sum = settlements.reduce((total, each) => total + each.amountMsats, 0);
    const nextCursor = page.length === limit ? page.at(-1)?.bookedAt : undefined;
    return {
      kind: 'output',
      output: { status: 'ok' as const, settlements, nextCursor },
      text: `${settlements.length} settlements, ${showSats(msat(sum))} in all.`,
    };
  },
});

/** A settlement as it leaves the program: the hash identifies the payment, the preimage would be the goods. */
function show({ id, paywallId: of, amount, asked, fit, ...rest }: Settlement) {
  const { settledAt, bookedAt, paymentHash } = rest;
  return {
    settlementId: id,
    paywallId: of ?? '',
    amountMsats: Number(amount),
    askedMsats: asked && Number(asked),
    fit,
    settledAt: new Date(settledAt).toISOString(),
    createdAtMs: bookedAt,
    paymentProofRef: `payment_hash:${paymentHash}`,
  };
}
