import { randomUUID } from 'node:crypto';

/** Names one paywall: `pw_` and a random UUID. Also its service's name in the caveats of tokens. */
export type PaywallId = `pw_${string}`;
/** Names one route of a paywall: `route_` and a random UUID. Also the capability that tokens carry. */
export type RouteId = `route_${string}`;
/** Names one change that waits for a human: `prop_` and a random UUID. */
export type ProposalId = `prop_${string}`;

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const PAYWALL = new RegExp(`^pw_${UUID}$`);
const PROPOSAL = new RegExp(`^prop_${UUID}$`);

/** Whether a text is shaped like a paywall's id. */
export function isPaywallId(text: string): text is PaywallId {
  return PAYWALL.test(text);
}

/** Whether a text is shaped like a proposal's id. */
export function isProposalId(text: string): text is ProposalId {
  return PROPOSAL.test(text);
}

/** A new, unguessable id with the given prefix. */
export function newPaywallId<P extends 'pw' | 'route' | 'prop'>(prefix: P): `${P}_${string}` {
  return `${prefix}_${randomUUID()}`;
}
