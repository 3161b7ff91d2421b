import type { Msat } from '../base/index.ts';
import type { PaywallId, RouteId } from './id.ts';

/** What an invoice can have become. */
export const INVOICE_STATUSES = ['open', 'expired', 'canceled', 'settled'] as const;
/** One of these; only ever a later one follows, so a settled invoice stays settled whatever is heard later. */
export type InvoiceStatus = (typeof INVOICE_STATUSES)[number];

/** An invoice that a paywall asked for, as the record has it. */
export interface InvoiceRecord {
  /** 64 lower-case hex digits. */
  readonly paymentHash: string;
  readonly owner: string;
  readonly paywallId: PaywallId;
  readonly routeId: RouteId;
  readonly amount: Msat;
  readonly status: InvoiceStatus;
  readonly createdAt: number;
  readonly expiresAt: number;
}
