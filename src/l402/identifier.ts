import { bytes32, encodeHex } from './hex.ts';

/** What an L402 macaroon's identifier binds together: 32 bytes each, as lower-case hex. */
export interface Identifier {
  /** The hash whose preimage proves the payment. */
  readonly paymentHash: string;
  /** Random, so that two tokens for one payment differ. */
  readonly tokenId: string;
}

const VERSION = 0;
const BYTES = 66;

/** `u16be 0 ‖ paymentHash ‖ tokenId`, 66 bytes, as Aperture writes it. */
export function encodeIdentifier({ paymentHash, tokenId }: Identifier): Uint8Array {
  return Uint8Array.of(0, VERSION, ...bytes32(paymentHash), ...bytes32(tokenId));
}

/** Reads an identifier of version 0; undefined for any other bytes, which bind no payment for us. */
export function decodeIdentifier(bytes: Uint8Array): Identifier | undefined {
  if (bytes.length !== BYTES || bytes[0] !== 0 || bytes[1] !== VERSION) return undefined;
  return {
    paymentHash: encodeHex(bytes.subarray(2, 34)),
    tokenId: encodeHex(bytes.subarray(34)),
  };
}
