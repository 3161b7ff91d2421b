import { base64, base64nopad, base64url, base64urlnopad } from '@scure/base';

/** Bytes as standard base64 with padding (RFC 4648 §4), the only form that Aperture accepts. */
export function encodeBase64(bytes: Uint8Array): string {
  return base64.encode(bytes);
}

/**
 * Bytes of standard or URL-safe base64 (RFC 4648 §4, §5), padded or not; undefined for anything else.
 * One text mixing both alphabets, or with stray bits in its last digit, is refused:
 * two texts must not pass for one token by accident.
 */
export function decodeBase64(text: string): Uint8Array | undefined {
  const padded = text.endsWith('=');
  const urlSafe = text.includes('-') || text.includes('_');
  const coder = urlSafe ? (padded ? base64url : base64urlnopad) : padded ? base64 : base64nopad;
  try {
    return coder.decode(text);
  } catch {
    return undefined;
  }
}
