import * as z from 'zod';
import { PAYWALL_STATUSES, type Paywall, type Proposal, type Route } from '../paywall/index.ts';
import type { ToolContext } from './context.ts';
import { shownMsats } from './fields.ts';

const text = z.string();
const count = z.number();
const flag = z.boolean();
const maybe = count.optional();
const amount = shownMsats.optional();

const policy = z.object({
  pricingMode: text,
  fixedAmountMsats: shownMsats,
  maxPerRequestMsats: amount,
  allowedHosts: z.array(text),
  blockedHosts: z.array(text),
  quotaPerMinute: maybe,
  quotaPerDay: maybe,
  killSwitch: flag,
  freeRequestsPerDay: count,
  usesPerToken: count.nullable(),
  tokenTtlSeconds: count,
  tokenScope: text,
  bindMethod: flag,
  bindBody: flag,
});
const route = z.object({
  hostPattern: text,
  pathPattern: text,
  methods: z.array(text),
  upstream: text.optional(),
  upstreamUrl: text.optional(),
  timeoutMs: count,
  priority: count,
  priceMsats: amount,
});

/** A paywall as tools and the terminal show it. */
export const paywallOutput = z.object({
  paywallId: text,
  name: text,
  description: text.optional(),
  status: z.enum(PAYWALL_STATUSES),
  open: flag,
  policy,
  routes: z.array(route),
  metadata: z.looseObject({}),
  createdAt: text,
  updatedAt: text,
});
/** A paywall as tools and the terminal show it. */
export type PaywallOutput = z.infer<typeof paywallOutput>;

/** A change that waits for a human. */
export const proposalOutput = z.object({
  proposalId: text,
  change: text,
  paywallId: text,
  widens: z.array(text),
  askedAt: text,
  expiresAt: text,
});
/** A change that waits for a human. */
export type ProposalOutput = z.infer<typeof proposalOutput>;

/** A paywall as it leaves the program. Its policy and its routes can be given back to paywall_update as they are. */
export async function showPaywall(
  { seller }: Pick<ToolContext, 'seller'>,
  paywall: Paywall,
): Promise<PaywallOutput> {
  const { id: paywallId, name, description, status, policy, routes, metadata } = paywall;
  const { tokenTtlMs, fixedAmountMsats, maxPerRequestMsats, ...same } = policy;
  const { allowedHosts, blockedHosts } = same;
  return {
    paywallId,
    name,
    description,
    status,
    open: await seller.isOpen(paywall),
    policy: {
      ...same,
      allowedHosts: [...allowedHosts],
      blockedHosts: [...blockedHosts],
      fixedAmountMsats: Number(fixedAmountMsats),
      maxPerRequestMsats: maxPerRequestMsats && Number(maxPerRequestMsats),
      tokenTtlSeconds: tokenTtlMs / 1000,
    },
    routes: routes.map(showRoute),
    metadata: { ...metadata },
    createdAt: new Date(paywall.createdAt).toISOString(),
    updatedAt: new Date(paywall.updatedAt).toISOString(),
  };
}

/** A change that waits, and what a human has to consider about it. */
export function showProposal(proposal: Proposal): ProposalOutput {
  const { id, command, paywallId, widens, askedAt, expiresAt } = proposal;
  return {
    proposalId: id,
    change: command.kind,
    paywallId,
    widens: [...widens],
    askedAt: new Date(askedAt).toISOString(),
    expiresAt: new Date(expiresAt).toISOString(),
  };
}

function showRoute({ hostPattern, pathPattern, methods, target, ...rest }: Route) {
  const { timeoutMs, priority, priceMsats } = rest;
  return {
    hostPattern,
    pathPattern,
    methods: [...methods],
    ...(target.kind === 'named' ? { upstream: target.name } : { upstreamUrl: target.url }),
    timeoutMs,
    priority,
    priceMsats: priceMsats && Number(priceMsats),
  };
}
