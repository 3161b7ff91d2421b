import { ok, type Result, refuse } from '../base/index.ts';
import { type AuthChallenge, readChallengeList } from './auth-params.ts';
import { encodeBase64 } from './base64.ts';
import { decodeInvoice, type Invoice } from './invoice.ts';
import type { Macaroon } from './macaroon.ts';
import { encodeMacaroon } from './macaroon-binary.ts';
import { readToken, type Scheme, type Token } from './token.ts';

/** A demand for payment: what to pay, and the token that the payment makes good. */
export interface Challenge extends Token {
  /** L402 unless only the older name was sent: such a seller may know no other. */
  readonly scheme: Scheme;
  /** The only source of the price; a header may contradict it, never set it. */
  readonly invoice: Invoice;
}

const MOST_CHARS = 16_384;
const MOST_CHALLENGES = 16;
const SCHEMES: ReadonlyMap<string, Scheme> = new Map([
  ['l402', 'L402'],
  ['lsat', 'LSAT'],
]);

/**
 * The one L402 challenge in all `WWW-Authenticate` lines of a response; LSAT is its older name.
 * Several are accepted only if they say the same. Refuses with ChallengeParseError,
 * INVOICE_INVALID, or INVOICE_AMOUNT where `amount_msats` contradicts the signed invoice.
 */
export function parseChallenge(lines: readonly string[]): Result<Challenge> {
  if (lines.reduce((total, line) => total + line.length, 0) > MOST_CHARS) {
    return refuse('ChallengeParseError', 'The header is too long.');
  }
  const list = readChallengeList(lines);
  if (list.length > MOST_CHALLENGES) {
    return refuse('ChallengeParseError', 'The header holds too many challenges.');
  }
  const [first, ...others] = list.flatMap(challenge => {
    const scheme = SCHEMES.get(challenge.scheme);
    return scheme ? [readChallenge(challenge, scheme)] : [];
  });
  return first === undefined
    ? refuse('ChallengeParseError', 'No L402 challenge was sent.')
    : others.reduce(unite, first);
}

/**
 * A challenge that every known client reads: the parameters of Aperture first, then those of
 * the specification's text. The invoice is not checked: it is our own.
 */
export function formatChallenge(fields: {
  readonly macaroon: Macaroon;
  readonly invoice: string;
}): string {
  const token = encodeBase64(encodeMacaroon(fields.macaroon));
  return `L402 macaroon="${token}", invoice="${fields.invoice}", version="0", token="${token}"`;
}

/**
 * The same as the two header lines that Aperture sends, the older scheme first, so that clients of either name find
 * theirs, also those that read the first line alone or both as one.
 */
export function formatChallengePair(fields: {
  readonly macaroon: Macaroon;
  readonly invoice: string;
}): readonly [lsat: string, l402: string] {
  const token = encodeBase64(encodeMacaroon(fields.macaroon));
  return [`LSAT macaroon="${token}", invoice="${fields.invoice}"`, formatChallenge(fields)];
}

function readChallenge({ params, malformed }: AuthChallenge, scheme: Scheme): Result<Challenge> {
  const found = new Map(params);
  if (malformed) return refuse('ChallengeParseError', 'The L402 challenge is malformed.');
  if (found.size !== params.length) {
    return refuse('ChallengeParseError', 'The L402 challenge repeats a parameter.');
  }
  const token = readTokens(found);
  if (!token.ok) return token;
  const text = found.get('invoice');
  if (!text) return refuse('ChallengeParseError', 'The L402 challenge has no invoice.');
  const invoice = decodeInvoice(text);
  if (!invoice.ok) return invoice;
  const claimed = found.get('amount_msats');
  if (claimed !== undefined && claimed !== invoice.value.amount?.toString()) {
    return refuse('INVOICE_AMOUNT', 'The header names another amount than the invoice.');
  }
  return ok({ ...token.value, scheme, invoice: invoice.value });
}

/** `macaroon` and `token` are two names of one thing; if both are there, they have to agree. */
function readTokens(params: ReadonlyMap<string, string>): Result<Token> {
  const texts = [params.get('macaroon'), params.get('token')].filter(text => text !== undefined);
  const [first, ...others] = texts.map(readToken);
  if (first === undefined) {
    return refuse('ChallengeParseError', 'The L402 challenge has no usable token.');
  }
  return others.every(other => other?.token === first.token)
    ? ok(first)
    : refuse('ChallengeParseError', 'The L402 challenge has two tokens that differ.');
}

/** Two challenges that say the same, as one; the newer scheme wins. */
function unite(one: Result<Challenge>, other: Result<Challenge>): Result<Challenge> {
  if (!one.ok) return one;
  if (!other.ok) return other;
  if (
    one.value.token !== other.value.token ||
    one.value.invoice.text !== other.value.invoice.text
  ) {
    return refuse('ChallengeParseError', 'Several challenges were sent that differ.');
  }
  return one.value.scheme === 'L402' ? one : other;
}
