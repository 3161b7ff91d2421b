import * as z from 'zod';
import { PAYWALL_STATUSES, type Paywall, type Proposal, type Route } from '../paywall/index.ts';
import type { ToolContext } from './context.ts';

/** A paywall as the seller's tools show it, listed by its first fields; `policy` and `routes` are as paywall_create takes them. */
export const paywallOutput = z.looseObject({
  paywallId: z.string(),
  name: z.string(),
  status: z.enum(PAYWALL_STATUSES),
  open: z.boolean(),
});

/** A change that waits for a human, listed by its first fields. */
export const proposalOutput = z.looseObject({ proposalId: z.string(), expiresAt: z.string() });

/** A paywall as it leaves the program. Its policy and its routes can be given back to paywall_update as they are. */
export async function showPaywall({ seller }: Pick<ToolContext, 'seller'>, paywall: Paywall) {
  const { id: paywallId, name, description, status, policy, routes, metadata } = paywall;
  const { tokenTtlMs, fixedAmountMsats, maxPerRequestMsats, ...same } = policy;
  return {
    paywallId,
    name,
    description,
    status,
    open: await seller.isOpen(paywall),
    policy: {
      ...same,
      fixedAmountMsats: Number(fixedAmountMsats),
      maxPerRequestMsats: maxPerRequestMsats && Number(maxPerRequestMsats),
      tokenTtlSeconds: tokenTtlMs / 1000,
    },
    routes: routes.map(showRoute),
    metadata,
    createdAt: new Date(paywall.createdAt).toISOString(),
    updatedAt: new Date(paywall.updatedAt).toISOString(),
  };
}

/** A change that waits, and what a human has to consider about it. */
export function showProposal({ id, command, paywallId, widens, askedAt, expiresAt }: Proposal) {
  return {
    proposalId: id,
    change: command.kind,
    paywallId,
    widens,
    askedAt: new Date(askedAt).toISOString(),
    expiresAt: new Date(expiresAt).toISOString(),
  };
}

function showRoute({ hostPattern, pathPattern, methods, target, ...rest }: Route) {
  const { timeoutMs, priority, priceMsats } = rest;
  return {
    hostPattern,
    pathPattern,
    methods,
    ...(target.kind === 'named' ? { upstream: target.name } : { upstreamUrl: target.url }),
    timeoutMs,
    priority,
    priceMsats: priceMsats && Number(priceMsats),
  };
}
