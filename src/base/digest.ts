import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

/** SHA-256 of bytes (or of a string's UTF-8) as 64 lower-case hex digits. */
export function sha256(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex');
}

/** JSON text with sorted keys and undefined members dropped (RFC 8785); amounts become decimal strings. */
export function canonicalJson(value: unknown): string {
  const plain = JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'bigint' ? member.toString() : member,
  );
  return canonicalize(JSON.parse(plain ?? 'null')) as string;
}

/** `sha256:` and the hex digest of a value's canonical JSON, as receipts and approvals use it. */
export function digestOf(value: unknown): string {
  return `sha256:${sha256(canonicalJson(value))}`;
}
