import { hash } from 'node:crypto';
import { type Code, ok, type Result, refuse, sha256 } from '../base/index.ts';
import {
  type Credential,
  type CredentialHeaders,
  decodeIdentifier,
  parseCredential,
  unlocks,
  verifyMacaroon,
} from '../l402/index.ts';
import { type Grant, grantOf } from './caveats.ts';
import { isPaid } from './issuer.ts';
import type { TollMeans } from './means.ts';
import { Recent } from './recent.ts';
import type { Token } from './token.ts';
import type { Place, Visitor } from './toll.ts';

/** A token that is genuine, paid for and readable. What it is good for now is judged on each request. */
export interface Verified {
  readonly token: Token;
  readonly grant: Grant;
}

/**
 * Tells what a request's credential is worth: refuses with `authorization_denied` or `missing_proof`; rejects where
 * that cannot be told, because the record or the node does not answer.
 */
export type Verify = (
  headers: CredentialHeaders,
  requireSettled: boolean,
) => Promise<Result<Verified>>;

interface Remembered extends Verified {
  /** Whether the node said that the invoice is settled. */
  settled: boolean;
}

/** How many credentials are remembered, a kilobyte or so each. */
const MOST_KEPT = 10_000;

/**
 * Opens the check of credentials. One that was found good is remembered by the hash of its very bytes, so that its
 * signature, which never changes, is checked once; its expiry, its uses and its paywall are judged each time.
 */
export function openVerify({ paywalls, issuer }: Pick<TollMeans, 'paywalls' | 'issuer'>): Verify {
  const good = new Recent<Remembered>(MOST_KEPT);
  const check = async (headers: CredentialHeaders): Promise<Result<Remembered>> => {
    const parsed = parseCredential(headers);
    if (!parsed.ok) return refuse('authorization_denied', parsed.detail);
    const { macaroon } = parsed.value;
    const kept = await paywalls.tokens.find(sha256(macaroon.identifier));
    if (kept === undefined) return refuse('authorization_denied');
    const { rootKey, ...token } = kept.token;
    if (!verifyMacaroon(macaroon, rootKey)) return refuse('authorization_denied');
    if (!isPaidBy(parsed.value, token)) return refuse('missing_proof');
    const grant = grantOf(macaroon, token.paywallId);
    if (grant === undefined) {
      return refuse('authorization_denied', 'A caveat of the token is not known here.');
    }
    return ok({ token, grant, settled: kept.status === 'settled' });
  };
  const settles = async ({ paymentHash, amount }: Token): Promise<boolean> => {
    const standing = await (await issuer()).lookUp(paymentHash);
    if (!isPaid(standing, amount)) return false;
    await paywalls.tokens.raise(paymentHash, 'settled');
    return true;
  };
  return async (headers, requireSettled) => {
    const key = keyOf(headers);
    const known = good.get(key);
    const checked = known === undefined ? await check(headers) : ok(known);
    if (!checked.ok) return checked;
    const found = checked.value;
    if (requireSettled && !found.settled) {
      found.settled = await settles(found.token);
      if (!found.settled) return refuse('missing_proof', 'The invoice is not settled yet.');
    }
    if (known === undefined) good.set(key, found);
    return checked;
  };
}

/** Why a genuine token does not open a place now (ms), if it does not. */
export function shortcoming(
  { token, grant }: Verified,
  { paywall, route, path, method }: Place,
  { clientKey, bodyDigest }: Visitor,
  now: number,
): Code | undefined {
  const digest = clientKey === undefined ? undefined : sha256(clientKey);
  const fits =
    token.paywallId === paywall.id &&
    token.routeId === route.id &&
    grant.routeIds.includes(route.id) &&
    grant.paths.every(exact => exact === path) &&
    grant.prefixes.every(prefix => isUnder(path, prefix)) &&
    (grant.methods?.includes(method) ?? true) &&
    grant.bodyDigests.every(bound => bound === bodyDigest) &&
    grant.clientKeyDigests.every(bound => bound === digest);
  if (!fits) return 'token_out_of_scope';
  return now < Math.min(grant.expiresAt, token.expiresAt) ? undefined : 'token_expired';
}

/** The preimage opens the very payment that the token names, and every `preimage` that its holder added is this one. */
function isPaidBy({ macaroon, preimage }: Credential, { paymentHash }: Token): boolean {
  const bound = decodeIdentifier(macaroon.identifier)?.paymentHash;
  const others = macaroon.caveats.filter(caveat => caveat.startsWith('preimage='));
  return (
    bound === paymentHash &&
    unlocks(preimage, paymentHash) &&
    others.every(caveat => caveat === `preimage=${preimage}`)
  );
}

/** Whole segments only: `/a` covers `/a` and `/a/b`, never `/ab`. */
function isUnder(path: string, prefix: string): boolean {
  return prefix === '/' || path === prefix || path.startsWith(`${prefix}/`);
}

/** Of the bytes as they came: two spellings of one credential are checked apart, which costs a little and risks nothing. */
function keyOf({ authorization, grpcMacaroon = '', macaroon = '' }: CredentialHeaders): string {
  return hash('sha256', [...authorization, grpcMacaroon, macaroon].join('\n'), 'base64');
}
