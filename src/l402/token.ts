import { decodeBase64, encodeBase64 } from './base64.ts';
import type { Macaroon } from './macaroon.ts';
import { decodeMacaroon } from './macaroon-binary.ts';

/** The names of the authentication scheme: the current one and its older one. */
export type Scheme = 'L402' | 'LSAT';

/** What a payment buys: a macaroon as a rule, for some sellers a text of their own. */
export interface Token {
  /** As it goes into `Authorization`: standard padded base64 of a macaroon, any other text verbatim. */
  readonly token: string;
  /** The token as a macaroon, if it is one; undefined for a seller's own format. */
  readonly macaroon: Macaroon | undefined;
}

/** Safe inside `Authorization`, quoted or before a colon: visible, and no delimiter of ours. */
const OPAQUE = /^[\w.~+/=!#$%&'*^`|@-]{1,12288}$/;

/** Reads a token; undefined if it is empty or could break out of the header that carries it on. */
export function readToken(text: string): Token | undefined {
  const bytes = decodeBase64(text);
  const macaroon = bytes && decodeMacaroon(bytes);
  if (bytes && macaroon?.ok) return { token: encodeBase64(bytes), macaroon: macaroon.value };
  return OPAQUE.test(text) ? { token: text, macaroon: undefined } : undefined;
}
