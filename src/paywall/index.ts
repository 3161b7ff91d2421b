export type { Change } from './change.ts';
export { openCollector } from './collector.ts';
export {
  type Command,
  createInput,
  type OperatorCommand,
  statusInput,
  updateInput,
} from './command.ts';
export type { PaywallEvent, SecretHeaders } from './event.ts';
export { routeText, termsOf } from './exposure.ts';
export { isPaywallId, isProposalId, type ProposalId } from './id.ts';
export type { InvoiceIssuer } from './issuer.ts';
export type { TollMeans } from './means.ts';
export { openSeller } from './open-seller.ts';
export { openToll } from './open-toll.ts';
export { PAYWALL_STATUSES, type Paywall } from './paywall.ts';
export type { Proposal } from './proposal.ts';
export { ROUTE_METHODS, type Route, type RouteMethod } from './route.ts';
export type { SellerRules } from './rules.ts';
export type { Outcome, Seller } from './seller.ts';
export type { Income, Settlement } from './settlement.ts';
export { faultOf } from './soundness.ts';
export type { PaywallStore } from './store.ts';
export type { Pass, Place, Toll, Visitor, Wanted } from './toll.ts';
export { type Upstream, upstreamInput } from './upstream.ts';
