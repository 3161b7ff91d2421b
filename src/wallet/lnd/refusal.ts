import { type NodeFailure, STATUS } from '../../node/index.ts';
import type { PayFailure } from '../../task/wallet.ts';

/**
 * What lnd v0.20 refuses to send before it records anything (`extractIntentFromSendRequest` in
 * `routerrpc/router_backend.go`), in its own words, for it has no status for that.
 */
const REFUSALS: readonly (readonly [RegExp, PayFailure])[] = [
  [/^invoice expired/, 'INVOICE_INVALID'],
  [/^invoice not for current active network/, 'INVOICE_INVALID'],
  [/to pay an AMP invoice$/, 'INVOICE_INVALID'],
  [/^cltv limit \d+ should be greater/, 'INVOICE_INVALID'],
  [/^self-payments not allowed/, 'PaymentFailedError'],
];

/**
 * The code for a failure that proves that lnd has not sent and will not send what it was handed; undefined for any
 * other, after which the money may be under way.
 */
export function refusalOf({ status, kind, said }: NodeFailure): PayFailure | undefined {
  // The request made no sense to lnd.
  if (status === STATUS.INVALID_ARGUMENT) return 'PaymentFailedError';
  if (kind !== 'refused') return undefined;
  return REFUSALS.find(([words]) => words.test(said))?.[1];
}
