import { ok, type Result, refuse } from '../base/index.ts';
import { readChallengeList } from './auth-params.ts';
import { decodeBase64 } from './base64.ts';
import { parseCaveat } from './caveat.ts';
import { decodeHex, isHex32 } from './hex.ts';
import type { Macaroon } from './macaroon.ts';
import { decodeMacaroon, encodeMacaroon } from './macaroon-binary.ts';
import type { Scheme } from './token.ts';

/** How a credential is written: Aperture's own form, or named parameters, which Aperture rejects. */
export type CredentialForm = 'colon' | 'parameters';

/** A macaroon and the preimage (64 lower-case hex digits) that proves its payment; a secret. */
export interface Credential {
  readonly macaroon: Macaroon;
  readonly preimage: string;
}

/** The header lines that may carry a credential; the gRPC ones as Aperture's clients send them. */
export interface CredentialHeaders {
  readonly authorization: readonly string[];
  readonly grpcMacaroon?: string | undefined;
  readonly macaroon?: string | undefined;
}

const MOST_CHARS = 32_768;
/** Also behind another scheme: what could be meant for us is judged as such, and passed on to nobody. */
const OURS = /(?:^|[\s,])(?:L402|LSAT)[ \t]|^[ \t]*(?:L402|LSAT)[ \t]*$/i;
const COLON_FORM = /^[A-Z0-9]{4}[ \t]+([A-Za-z0-9+/_-]+={0,2}):([0-9a-f]{64})$/i;

/** A bought token and what unlocks it, ready to be sent; a secret. */
export interface BoughtToken {
  readonly token: string;
  readonly preimage: string;
  /** The challenge's, L402 if left out. */
  readonly scheme?: Scheme;
}

/** The value of `Authorization` for a bought token. */
export function formatCredential(
  { token, preimage, scheme = 'L402' }: BoughtToken,
  form: CredentialForm = 'colon',
): string {
  return form === 'colon'
    ? `${scheme} ${token}:${preimage}`
    : `${scheme} macaroon="${token}", preimage="${preimage}"`;
}

/** Whether a request carries anything that is meant as a credential of ours, well-formed or not. */
export function carriesCredential(headers: CredentialHeaders): boolean {
  const { authorization, grpcMacaroon, macaroon } = headers;
  return (
    authorization.some(isCredentialLine) || grpcMacaroon !== undefined || macaroon !== undefined
  );
}

/** Whether a line of `Authorization` is meant as a credential of ours. */
export function isCredentialLine(line: string): boolean {
  return OURS.test(line);
}

/**
 * The credential that a request carries, not yet verified. `Authorization` in either form comes first
 * (several lines have to say the same), then the two hex headers, whose preimage is a caveat.
 * Refuses with invalid_input.
 */
export function parseCredential(headers: CredentialHeaders): Result<Credential> {
  const lines = headers.authorization.filter(isCredentialLine);
  const hex = headers.grpcMacaroon ?? headers.macaroon;
  if (lines.length === 0 && hex === undefined) {
    return refuse('invalid_input', 'The request carries no L402 credential.');
  }
  const texts = lines.length > 0 ? lines : [hex ?? ''];
  if (texts.reduce((total, text) => total + text.length, 0) > MOST_CHARS) {
    return refuse('invalid_input', 'The L402 credential is too long.');
  }
  const [first, ...others] = texts.map(lines.length > 0 ? readAuthorization : readHexMacaroon);
  return first !== undefined && others.every(other => other !== undefined && same(first, other))
    ? ok(first)
    : refuse('invalid_input', 'The L402 credential is malformed.');
}

function readAuthorization(line: string): Credential | undefined {
  const [, token, preimage] = COLON_FORM.exec(line.trim()) ?? [];
  return token === undefined ? readParameters(line) : credential(decodeBase64(token), preimage);
}

function readParameters(line: string): Credential | undefined {
  const [challenge, ...others] = readChallengeList([line]);
  if (challenge === undefined || challenge.malformed || others.length > 0) return undefined;
  const params = new Map(challenge.params);
  if (params.size !== challenge.params.length) return undefined;
  const [macaroon, token] = [params.get('macaroon'), params.get('token')];
  // Two names of one thing, as in a challenge: if both are there, they have to agree.
  if (macaroon !== undefined && token !== undefined && macaroon !== token) return undefined;
  return credential(decodeBase64(macaroon ?? token ?? ''), params.get('preimage'));
}

/** A macaroon in hex whose holder added the preimage as a caveat; a second one may only repeat it. */
function readHexMacaroon(hex: string): Credential | undefined {
  const bytes = decodeHex(hex);
  const macaroon = bytes && decodeMacaroon(bytes);
  if (!macaroon?.ok) return undefined;
  const caveats = macaroon.value.caveats.map(parseCaveat);
  const preimages = caveats.filter(each => each?.condition === 'preimage').map(each => each?.value);
  return new Set(preimages).size === 1 ? credential(bytes, preimages[0]) : undefined;
}

function credential(
  bytes: Uint8Array | undefined,
  preimage: string | undefined,
): Credential | undefined {
  const macaroon = bytes && decodeMacaroon(bytes);
  return macaroon?.ok && preimage !== undefined && isHex32(preimage)
    ? { macaroon: macaroon.value, preimage }
    : undefined;
}

function same(one: Credential, other: Credential): boolean {
  return (
    one.preimage === other.preimage &&
    Buffer.compare(encodeMacaroon(one.macaroon), encodeMacaroon(other.macaroon)) === 0
  );
}
