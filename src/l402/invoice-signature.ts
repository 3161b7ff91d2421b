import { secp256k1 } from '@noble/curves/secp256k1.js';
import { decodeHex, encodeHex } from './hex.ts';
import { encodeUtf8 } from './utf8.ts';
import { bytesToWords, type Words, wordsToBytes, wordsToFilledBytes } from './words.ts';

/** A 64-byte signature and one byte of recovery id. */
export const SIGNATURE_WORDS = 104;

/**
 * The payee's public key, 33 bytes as hex, if the signature is good (BOLT11 § Data Part).
 * With a stated key the signature must be low-S and verify under it;
 * otherwise the key is recovered, and high-S counts as well.
 */
export function payeeOf(
  prefix: string,
  data: Words,
  signature: Words,
  stated: string | undefined,
): string | undefined {
  const bytes = wordsToBytes(signature);
  const recovery = bytes?.at(-1);
  if (bytes === undefined || recovery === undefined || recovery > 3) return undefined;
  const compact = bytes.subarray(0, 64);
  const message = signedBytes(prefix, data);
  try {
    if (stated === undefined) {
      const recovered = Uint8Array.of(recovery, ...compact);
      return encodeHex(secp256k1.recoverPublicKey(recovered, message));
    }
    const key = decodeHex(stated);
    return key && secp256k1.verify(compact, message, key, { lowS: true }) ? stated : undefined;
  } catch {
    return undefined;
  }
}

/** Signs an invoice's prefix and data with a 32-byte key (RFC 6979, low-S). */
export function signInvoice(prefix: string, data: Words, privateKey: Uint8Array): Words {
  const [recovery = 0, ...compact] = secp256k1.sign(signedBytes(prefix, data), privateKey, {
    format: 'recovered',
  });
  return bytesToWords(Uint8Array.of(...compact, recovery));
}

/** The message under the signature, which SHA-256 is still to be taken of. */
function signedBytes(prefix: string, data: Words): Uint8Array {
  return Buffer.concat([encodeUtf8(prefix), wordsToFilledBytes(data)]);
}
