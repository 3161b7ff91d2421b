import * as z from 'zod';
import { showSats } from '../base/index.ts';
import type { Decision } from '../policy/index.ts';
import type { Offer } from '../task/index.ts';
import { amountMsats, requestFields, shownMsats } from './fields.ts';
import { orderOf } from './order.ts';
import { problemOf } from './problem.ts';
import { defineTool, LOOKS } from './tool.ts';

const output = z.object({
  url: z.string(),
  free: z.boolean(),
  realMoney: z.boolean(),
  responseStatusCode: z.number().optional(),
  host: z.string().optional(),
  priceMsats: shownMsats.optional(),
  ceilingMsats: shownMsats.optional(),
  expiresAt: z.string().optional(),
  decision: z.enum(['approve', 'ask', 'deny']).optional(),
  denyReasonCode: z.string().optional(),
  denyReason: z.string().optional(),
  hint: z.string().optional(),
});

/** Asks for a price and says what the policy would do. Pays nothing, records nothing. */
export const l402Quote = defineTool({
  name: 'l402_quote',
  title: 'Ask for a price',
  description:
    'Asks a seller for its price with one unpaid GET, and says whether the policy would pay it, ask the human, or refuse. Pays nothing.',
  input: z.strictObject({
    ...requestFields,
    method: z.enum(['GET', 'HEAD']).optional().describe('Default GET'),
    maxSpendMsats: amountMsats.optional().describe('The limit that l402_fetch would be given'),
  }),
  output,
  annotations: { ...LOOKS, openWorldHint: true },
  async handle(context, input) {
    const order = orderOf(context, input);
    if (!order.ok) return order;
    const offer = await context.offer(order.value);
    if (!offer.ok) return offer;
    const { url } = order.value.request;
    const shown = { url, realMoney: context.wallet.real, ...showOffer(offer.value) };
    return { kind: 'output', output: shown, text: sentence(offer.value) };
  },
});

function showOffer(offer: Offer) {
  if (offer.kind === 'free') return { free: true, responseStatusCode: offer.status };
  const { quote, decision } = offer;
  return {
    free: false,
    responseStatusCode: 402,
    host: new URL(quote.url).host,
    priceMsats: Number(quote.amount),
    expiresAt: new Date(quote.expiresAt).toISOString(),
    decision: decision.kind,
    ...termsOf(decision),
  };
}

function termsOf(decision: Decision) {
  if (decision.kind !== 'deny') return { ceilingMsats: Number(decision.ceiling) };
  const { code, message, hint } = problemOf({ ok: false, ...decision });
  return { denyReasonCode: code, denyReason: message, hint };
}

function sentence(offer: Offer): string {
  if (offer.kind === 'free') return `It is free: the seller answered ${offer.status}.`;
  const price = `It costs ${showSats(offer.quote.amount)}.`;
  switch (offer.decision.kind) {
    case 'approve':
      return `${price} The policy would pay it without asking.`;
    case 'ask':
      return `${price} The human would be asked.`;
    case 'deny':
      return `${price} The policy would refuse.`;
  }
}
