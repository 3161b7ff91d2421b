/**
 * What an invoice can have become, as far as the record knows. Only ever a later one of `open`, `expired`, `canceled`
 * and `settled` follows, so a settled invoice stays settled whatever is heard later.
 */
export type InvoiceStatus = 'open' | 'expired' | 'canceled' | 'settled';
