import { decodeInvoice, type Network } from '../l402/index.ts';
import type { Payment } from '../task/wallet.ts';

/** Whether an invoice may be paid at all at `now`, ms, and is what the payment says of it. */
export function isPayable(payment: Payment, network: Network, now: number): boolean {
  const { invoice: text, paymentHash, amount } = payment;
  const invoice = decodeInvoice(text);
  return (
    invoice.ok &&
    invoice.value.network === network &&
    invoice.value.paymentHash === paymentHash &&
    invoice.value.amount === amount &&
    amount > 0n &&
    invoice.value.expiresAt > now
  );
}
