import { promisify } from 'node:util';
import { brotliDecompress, gunzip } from 'node:zlib';
import { ok, type Result, refuse } from '../base/index.ts';

/** Where a body gathers. */
export interface Gathering {
  /** Takes a piece; false means that a limit was passed and the piece was left out. */
  add(piece: Uint8Array): boolean;
  /** What was gathered so far. */
  bytes(): Uint8Array;
}

/** The most pieces that a body may come in, each of which costs the parser an object. */
const MAX_PIECES = 65_536;

/**
 * Gathers at most `limit` bytes, in at most 65,536 pieces, in one growing block. A list of pieces would be a bomb of
 * its own: a seller who sends a body byte by byte makes an object of a hundred bytes out of each.
 */
export function gather(limit: number): Gathering {
  let block = new Uint8Array(0);
  let size = 0;
  let pieces = 0;
  return {
    add(piece) {
      const needed = size + piece.length;
      pieces += 1;
      if (needed > limit || pieces > MAX_PIECES) return false;
      if (needed > block.length) {
        const larger = new Uint8Array(Math.min(limit, Math.max(needed, block.length * 2)));
        larger.set(block.subarray(0, size));
        block = larger;
      }
      block.set(piece, size);
      size = needed;
      return true;
    },
    bytes: () => block.subarray(0, size),
  };
}

const DECODERS = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  br: promisify(brotliDecompress),
} as const;

/**
 * The body without its content coding (RFC 9110 §8.4). Only `identity` is asked for; a seller that sends gzip or
 * Brotli nevertheless gets one decompression of at most `limit` bytes, given up in the block that passes it
 * (`BODY_LIMIT`). Other codings, and several on top of one another, are a `L402TransportError`.
 */
export async function decode(
  bytes: Uint8Array,
  coding: string,
  limit: number,
): Promise<Result<Uint8Array>> {
  const name = coding.trim().toLowerCase();
  if (bytes.length === 0 || name === '' || name === 'identity') return ok(bytes);
  if (name === 'br' && hasWideWindow(bytes)) return refuse('BODY_LIMIT');
  if (!isKnown(name)) return refuse('L402TransportError', 'Its content coding was not asked for.');
  try {
    return ok(await DECODERS[name](bytes, { maxOutputLength: limit }));
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
      ? refuse('BODY_LIMIT')
      : refuse('L402TransportError', 'Its compressed body is broken.');
  }
}

/**
 * Whether a Brotli stream wants a window of more than 4 MiB (WBITS 23 or 24, RFC 7932 §9.1). The decoder fills the
 * whole window before it gives out a byte, so this memory is spent before any limit on output can speak.
 */
function hasWideWindow([first = 0]: Uint8Array): boolean {
  return (first & 0b1) === 1 && ((first >> 1) & 0b111) > 5;
}

function isKnown(name: string): name is keyof typeof DECODERS {
  return Object.hasOwn(DECODERS, name);
}
