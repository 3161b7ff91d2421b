import { timingSafeEqual } from 'node:crypto';
import { hmacSha256 } from './hmac.ts';

/** A bearer token whose caveats any holder can add to and nobody can take from (Birgisson et al. 2014). */
export interface Macaroon {
  /** A hint of where it came from; not covered by the signature. */
  readonly location: string;
  readonly identifier: Uint8Array;
  /** First-party caveats, in the order in which they were added. */
  readonly caveats: readonly string[];
  /** 32 bytes. */
  readonly signature: Uint8Array;
}

const KEY_GENERATOR = 'macaroons-key-generator';

/** Makes a macaroon from a root key of any length, which is first derived as libmacaroons does. */
export function mintMacaroon(fields: {
  readonly rootKey: Uint8Array;
  readonly identifier: Uint8Array;
  readonly location: string;
  readonly caveats: readonly string[];
}): Macaroon {
  const { rootKey, identifier, location, caveats } = fields;
  return { location, identifier, caveats, signature: sign(rootKey, identifier, caveats) };
}

/** The same macaroon narrowed by one more caveat; needs no key. */
export function addCaveat(macaroon: Macaroon, caveat: string): Macaroon {
  return {
    ...macaroon,
    caveats: [...macaroon.caveats, caveat],
    signature: hmacSha256(macaroon.signature, caveat),
  };
}

/** Whether this root key signed the identifier and every caveat; compared in constant time. */
export function verifyMacaroon(macaroon: Macaroon, rootKey: Uint8Array): boolean {
  const expected = sign(rootKey, macaroon.identifier, macaroon.caveats);
  return (
    macaroon.signature.length === expected.length && timingSafeEqual(macaroon.signature, expected)
  );
}

function sign(rootKey: Uint8Array, identifier: Uint8Array, caveats: readonly string[]): Uint8Array {
  const key = hmacSha256(KEY_GENERATOR, rootKey);
  return caveats.reduce(
    (signature, caveat) => hmacSha256(signature, caveat),
    hmacSha256(key, identifier),
  );
}
