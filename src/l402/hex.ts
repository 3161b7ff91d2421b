import { TollkeeperError } from '../base/index.ts';

const BYTES_32 = /^[0-9a-f]{64}$/;

/** Whether a text is 32 bytes as 64 lower-case hex digits, as hashes and preimages are written. */
export function isHex32(text: string): boolean {
  return BYTES_32.test(text);
}

/** Bytes as lower-case hex. */
export function encodeHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

/** Bytes of hex digits of either case; undefined unless the text is hex through and through. */
export function decodeHex(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'hex');
  return bytes.length * 2 === text.length ? new Uint8Array(bytes) : undefined;
}

/** The bytes of 32 hex-written ones; throws internal_error on anything else, which is our own mistake. */
export function bytes32(hex: string): Uint8Array {
  if (!isHex32(hex)) throw new TollkeeperError('internal_error', 'Not 32 bytes of hex.');
  return new Uint8Array(Buffer.from(hex, 'hex'));
}
