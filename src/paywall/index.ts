export { type Collector, openCollector } from './collector.ts';
export {
  type Command,
  createInput,
  type OperatorCommand,
  statusInput,
  updateInput,
} from './command.ts';
export type { Author, PaywallEvent, SecretHeaders, Via } from './event.ts';
export {
  isPaywallId,
  isProposalId,
  type PaywallId,
  type ProposalId,
  type RouteId,
} from './id.ts';
export type { InvoiceRecord, InvoiceStatus } from './invoice.ts';
export type { InvoiceIssuer, InvoiceOrder, IssuedInvoice, Standing } from './issuer.ts';
export type { SellerMeans, TollMeans } from './means.ts';
export { openSeller } from './open-seller.ts';
export { openToll } from './open-toll.ts';
export { PAYWALL_STATUSES, type Paywall, type PaywallStatus } from './paywall.ts';
export type { PaywallPolicy } from './policy.ts';
export type { Proposal } from './proposal.ts';
export { ROUTE_METHODS, type Route, type RouteMethod } from './route.ts';
export type { SellerRules } from './rules.ts';
export type { Ordered, Outcome, ProposalAnswer, ProposalAnswered, Seller } from './seller.ts';
export type { Income, Ingested, Receipt, Settlement } from './settlement.ts';
export type { PaywallStore } from './store.ts';
export type { Charge, Pass, Place, Refusal, Toll, Visitor, Wanted } from './toll.ts';
export { type Upstream, upstreamInput } from './upstream.ts';
