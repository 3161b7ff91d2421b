import type { InvoiceStatus } from './invoice.ts';
import { type InvoiceIssuer, isPaid } from './issuer.ts';
import type { PaywallStore } from './store.ts';
import type { Token } from './token.ts';

/** How many invoices are asked about at a time. */
const MOST_ASKED = 50;

/**
 * Asks a node what became of its invoices whose time is over, and writes it down, until none is left of which it says
 * more than that it is open. The record forgets only what is known to be dead: what was paid while nobody listened is
 * booked late, and its token is still good. Rejects with `wallet_unavailable`.
 */
export async function settleOverdue(
  node: Pick<InvoiceIssuer, 'node' | 'lookUp'>,
  { takings, tokens }: Pick<PaywallStore, 'takings' | 'tokens'>,
  now: number,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const overdue = await takings.overdue(node.node, now, MOST_ASKED);
    const told = await Promise.all(
      overdue.map(async token => {
        const status = await fateOf(node, token);
        await tokens.raise(token.paymentHash, status);
        return status;
      }),
    );
    if (told.every(status => status === 'open')) return;
  }
}

/** What opens nothing any more is canceled: also what the node no longer knows, or was paid too little for. */
async function fateOf(
  node: Pick<InvoiceIssuer, 'lookUp'>,
  { paymentHash, amount }: Token,
): Promise<InvoiceStatus> {
  const standing = await node.lookUp(paymentHash);
  if (isPaid(standing, amount)) return 'settled';
  const { status } = standing;
  return status === 'open' || status === 'expired' ? status : 'canceled';
}
