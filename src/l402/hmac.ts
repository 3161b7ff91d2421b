import { hash } from 'node:crypto';

const BLOCK = 64;
const DIGEST = 32;
const INNER = 0x36;
const OUTER = 0x5c;

/**
 * HMAC-SHA256 (RFC 2104) by two one-shot hashes. Node's own `createHmac` makes an object for each call, which costs
 * eight times as much as the hashing of a caveat does, and a gateway checks a chain of them for each new token.
 */
export function hmacSha256(key: Uint8Array | string, data: Uint8Array | string): Uint8Array {
  const block = blockOf(Buffer.from(key));
  const inner = Buffer.concat([block, Buffer.from(data)]);
  const outer = Buffer.allocUnsafe(BLOCK + DIGEST);
  for (let at = 0; at < BLOCK; at += 1) {
    const byte = block[at] ?? 0;
    inner[at] = byte ^ INNER;
    outer[at] = byte ^ OUTER;
  }
  outer.set(hash('sha256', inner, 'buffer'), BLOCK);
  return new Uint8Array(hash('sha256', outer, 'buffer'));
}

/** The key filled up with zeros to a block; one that is longer than a block is hashed first. */
function blockOf(key: Buffer): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.set(key.length > BLOCK ? hash('sha256', key, 'buffer') : key);
  return block;
}
