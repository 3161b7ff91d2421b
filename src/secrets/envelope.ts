import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** The first byte of every envelope, and part of what its tag vouches for. */
const VERSION = 1;
const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + NONCE_BYTES;

/** Seals bytes under a 32-byte key and a purpose: version, random nonce, ciphertext, tag. */
export function seal(key: Uint8Array, purpose: string, plain: Uint8Array): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(boundTo(purpose));
  const body = [cipher.update(plain), cipher.final()];
  return Buffer.concat([Buffer.of(VERSION), nonce, ...body, cipher.getAuthTag()]);
}

/** What was sealed, or undefined if it was not by this key, for this purpose, or was changed since. */
export function unseal(
  key: Uint8Array,
  purpose: string,
  sealed: Uint8Array,
): Uint8Array | undefined {
  if (sealed[0] !== VERSION || sealed.length < HEAD_BYTES + TAG_BYTES) return undefined;
  const nonce = sealed.subarray(1, HEAD_BYTES);
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(boundTo(purpose));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  const body = decipher.update(sealed.subarray(HEAD_BYTES, -TAG_BYTES));
  try {
    return Buffer.concat([body, decipher.final()]);
  } catch {
    return undefined;
  }
}

/** The purpose is authenticated, so that a sealed part cannot be moved to another place. */
function boundTo(purpose: string): Uint8Array {
  return Buffer.from(`tollkeeper/${VERSION}/${purpose}`);
}
