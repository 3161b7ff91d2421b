import { HOUR, type Msat, ok, type Result, refuse, SECOND } from '../base/index.ts';
import { expiryOf } from './caveat.ts';
import type { Challenge } from './challenge.ts';
import { decodeIdentifier } from './identifier.ts';
import type { Network } from './invoice-prefix.ts';

/** What a payment would mean: all that an approval and a wallet need to know of a challenge. */
export interface Terms {
  /** The price in msat, above zero; fees come on top. */
  readonly amount: Msat;
  readonly paymentHash: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  readonly network: Network;
  /** Public key of the node that is paid, 33 bytes as hex. */
  readonly payee: string;
}

/** A payment needs time to arrive; one that comes too late is lost on the way or refused. */
const LEAST_LEFT = 30 * SECOND;
/** How far a seller's clock may be ahead of ours. */
const MOST_AHEAD = HOUR;

/**
 * The terms of a challenge, if it may be paid at all: on the configured network, at `now` (ms),
 * for a stated price, and for the very token that came with it.
 * Refuses with INVOICE_INVALID or INVOICE_AMOUNT.
 */
export function termsOf(
  challenge: Challenge,
  { network, now }: { readonly network: Network; readonly now: number },
): Result<Terms> {
  const { invoice, macaroon } = challenge;
  const { amount, paymentHash, expiresAt, payee } = invoice;
  if (invoice.network !== network) {
    return refuse('INVOICE_INVALID', "It is not of the wallet's network.");
  }
  // Else the preimage that we buy would not open the token: it would be paid for and worth nothing.
  const bound = macaroon && decodeIdentifier(macaroon.identifier);
  if (bound && bound.paymentHash !== paymentHash) {
    return refuse('INVOICE_INVALID', 'Its payment hash is not the one that the token names.');
  }
  const tokenEnds = macaroon && expiryOf(macaroon);
  if (tokenEnds !== undefined && tokenEnds <= now) {
    return refuse('INVOICE_INVALID', 'Its token has expired already.');
  }
  if (amount === undefined || amount === 0n) return refuse('INVOICE_AMOUNT');
  if (expiresAt - now < LEAST_LEFT) {
    return refuse('INVOICE_INVALID', 'It has expired, or is about to.');
  }
  if (invoice.createdAt - now > MOST_AHEAD) {
    return refuse('INVOICE_INVALID', 'It claims to be from the future.');
  }
  return ok({ amount, paymentHash, expiresAt, network, payee });
}
