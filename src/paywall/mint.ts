import { randomBytes } from 'node:crypto';
import {
  digestOf,
  MINUTE,
  type Msat,
  ok,
  type Result,
  refuse,
  SECOND,
  sha256,
} from '../base/index.ts';
import { encodeIdentifier, formatChallengePair, mintMacaroon } from '../l402/index.ts';
import { caveatsOf, type Terms } from './caveats.ts';
import type { Client } from './client.ts';
import { priceOf } from './exposure.ts';
import type { IssuedInvoice } from './issuer.ts';
import type { TollMeans } from './means.ts';
import { openMintLimits, type Wait } from './mint-limits.ts';
import { pathPatternOf, prefixOf } from './path-pattern.ts';
import { Recent } from './recent.ts';
import type { SellerRules } from './rules.ts';
import type { Charge, Place, Visitor } from './toll.ts';

/** How long an invoice may be paid, ms: long enough for a human to be asked. */
const INVOICE_MS = 10 * MINUTE;
/** An unpaid invoice is offered again only while a buyer has time to think, ms. */
const LEAST_LEFT = 2 * MINUTE;
/** How many challenges are remembered to be offered again. */
const MOST_KEPT = 2000;
/** The longest path that a token is bound to, in characters: three copies of it have to fit into a header. */
const MOST_PATH = 1024;

/** A demand that was made, and until when it may be made again, ms. */
interface Offer {
  readonly challenge: Charge['challenge'];
  readonly amount: Msat;
  readonly tokenId: string;
  readonly until: number;
}

/** Who wants what, under which rules, at which time (ms). */
export interface Order {
  readonly place: Place;
  readonly visitor: Visitor;
  readonly client: Client;
  readonly rules: SellerRules;
  readonly now: number;
}

/** Makes demands for payment. */
export type Mint = (order: Order) => Promise<Result<Pick<Charge, 'challenge' | 'amount'>> & Wait>;

/**
 * Opens the mint. A client that asks again for the same gets the same unpaid invoice; whatever else it asks for is
 * limited before the node is asked to make anything. What was promised is written down before it is sent.
 */
export function openMint({ paywalls, issuer }: Pick<TollMeans, 'paywalls' | 'issuer'>): Mint {
  const offers = new Recent<Offer>(MOST_KEPT);
  const making = new Map<string, ReturnType<Mint>>();
  const limits = openMintLimits();
  let minting = 0;

  const again = async (key: string, now: number): Promise<Offer | undefined> => {
    const offer = offers.get(key);
    if (offer === undefined || offer.until <= now) return undefined;
    const kept = await paywalls.tokens.find(offer.tokenId);
    // What somebody paid already cannot be paid again.
    return kept?.status === 'open' ? offer : undefined;
  };
  const fresh = async (key: string, order: Order): ReturnType<Mint> => {
    const { client, rules, now } = order;
    const offer = await again(key, now);
    if (offer !== undefined) return ok(offer);
    const terms = termsOf(order);
    if (!terms.ok) return terms;
    const taken = limits.take(client, rules.seller.mint, now);
    if (!taken.ok) return taken;
    const unpaid = await paywalls.tokens.unpaid(now);
    // With those that are being made: of many at once, no more than there is room for.
    if (unpaid + minting >= rules.seller.mint.open) {
      return { ...refuse('rate_limited'), retryAfterSeconds: MINUTE / SECOND };
    }
    minting += 1;
    try {
      const made = await make({ paywalls, issuer }, order, terms.value);
      offers.set(key, made);
      return ok(made);
    } finally {
      minting -= 1;
    }
  };
  return async order => {
    const key = keyOf(order);
    // Of a burst of the same client's requests, one makes the invoice and all get it.
    const sale = making.get(key) ?? fresh(key, order).finally(() => making.delete(key));
    making.set(key, sale);
    return sale;
  };
}

/** What makes two demands the same: the client, the route, the price, and everything that the token is bound to. */
function keyOf({ place, visitor, client }: Order): string {
  const { paywall, route, path, method } = place;
  const { clientKey, bodyDigest } = visitor;
  const { policy } = paywall;
  const bound = [
    policy.tokenScope === 'path' ? path : undefined,
    policy.bindMethod ? method : undefined,
    place.bindsBody ? bodyDigest : undefined,
  ];
  const terms = [policy.usesPerToken, policy.tokenTtlMs, priceOf(route, policy), policy.tokenScope];
  return digestOf([client.host, paywall.id, route.id, ...terms, ...bound, clientKey]);
}

function termsOf({ place, visitor }: Order): Result<Omit<Terms, 'expiresAt'>> {
  const { paywall, route, path, method } = place;
  const { policy } = paywall;
  const pattern = pathPatternOf(route.pathPattern);
  if (!pattern.ok) return pattern;
  if (policy.tokenScope === 'path' && path.length > MOST_PATH) {
    return refuse('invalid_input', 'The path is too long to be sold.');
  }
  return ok({
    paywallId: paywall.id,
    routeId: route.id,
    path: policy.tokenScope === 'path' ? { exact: path } : { prefix: prefixOf(pattern.value) },
    method: policy.bindMethod ? method : undefined,
    uses: policy.usesPerToken ?? undefined,
    bodyDigest: place.bindsBody ? visitor.bodyDigest : undefined,
    clientKeyDigest: visitor.clientKey === undefined ? undefined : sha256(visitor.clientKey),
  });
}

/** Has an invoice made, and a token for it whose price and end stay, whatever the paywall's become. */
async function make(
  { paywalls, issuer }: Pick<TollMeans, 'paywalls' | 'issuer'>,
  { place, now }: Order,
  terms: Omit<Terms, 'expiresAt'>,
): Promise<Offer> {
  const { paywall, route } = place;
  const amount = priceOf(route, paywall.policy);
  const node = await issuer();
  const issued = await node.issue({ amount, description: paywall.name, ttlMs: INVOICE_MS });
  const expiresAt = issued.expiresAt + paywall.policy.tokenTtlMs;
  const { token, macaroon } = signed(issued, { ...terms, expiresAt });
  const { id: paywallId, owner } = paywall;
  const dates = { mintedAt: now, invoiceExpiresAt: issued.expiresAt, expiresAt };
  const sale = { owner, paywallId, routeId: route.id, amount, node: node.node };
  await paywalls.tokens.keep({ ...token, ...sale, ...dates });
  return {
    challenge: formatChallengePair({ macaroon, invoice: issued.invoice }),
    amount,
    tokenId: token.id,
    until: issued.expiresAt - LEAST_LEFT,
  };
}

function signed({ paymentHash }: IssuedInvoice, terms: Terms) {
  const rootKey = new Uint8Array(randomBytes(32));
  const tokenId = randomBytes(32).toString('hex');
  const identifier = encodeIdentifier({ paymentHash, tokenId });
  const caveats = caveatsOf(terms);
  const macaroon = mintMacaroon({ rootKey, identifier, location: 'lsat', caveats });
  return { token: { id: sha256(identifier), paymentHash, rootKey }, macaroon };
}
