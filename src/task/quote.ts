import { ok, type Result, refuse } from '../base/index.ts';
import type { Received } from '../http/index.ts';
import { expiryOf, type Network, parseChallenge, servicesOf, termsOf } from '../l402/index.ts';
import type { Quote, Secrets } from './fact.ts';

/** A quote with the sealed part of its challenge. */
export interface Quoted {
  readonly quote: Quote;
  readonly secret: Secrets['challenged'];
}

/** Reads a 402 answer as a quote that may be paid, or says why it must not be. `now` is ms since 1970. */
export function quoteOf(received: Received, network: Network, now: number): Result<Quoted> {
  if (received.challenges.length === 0) {
    return refuse('ChallengeParseError', 'It sent no WWW-Authenticate header.');
  }
  const challenge = parseChallenge(received.challenges);
  if (!challenge.ok) return challenge;
  const terms = termsOf(challenge.value, { network, now });
  if (!terms.ok) return terms;
  const { macaroon, token, invoice, scheme } = challenge.value;
  const { amount, paymentHash, expiresAt, payee } = terms.value;
  const { origin, url } = received;
  return ok({
    quote: {
      origin,
      url,
      amount,
      paymentHash,
      expiresAt,
      payee,
      wide: macaroon !== undefined && servicesOf(macaroon).length > 0,
      tokenEndsAt: macaroon === undefined ? undefined : expiryOf(macaroon),
    },
    secret: { token, invoice: invoice.text, scheme },
  });
}
