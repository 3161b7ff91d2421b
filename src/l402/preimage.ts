import { createHash, timingSafeEqual } from 'node:crypto';
import { isHex32 } from './hex.ts';

/**
 * Whether a preimage opens a payment: `sha256(preimage) === paymentHash`, compared in constant time.
 * Both are 64 lower-case hex digits; any other text unlocks nothing.
 */
export function unlocks(preimage: string, paymentHash: string): boolean {
  if (!isHex32(preimage) || !isHex32(paymentHash)) return false;
  const digest = createHash('sha256').update(Buffer.from(preimage, 'hex')).digest();
  return timingSafeEqual(digest, Buffer.from(paymentHash, 'hex'));
}
