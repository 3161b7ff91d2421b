import { encodeHex } from './hex.ts';
import { bytesToWords, type Words, wordsToBytes } from './words.ts';

/** An on-chain address to fall back to (BOLT11 `f` field). Read and written, never paid. */
export interface Fallback {
  /** Witness version 0–16, or 17 for a public key hash, or 18 for a script hash. */
  readonly version: number;
  /** Witness program or hash, as hex. */
  readonly program: string;
}

const KEY_HASH = 17;
const SCRIPT_HASH = 18;

/** Reads one `f` field: `unknown` for a version to be skipped, undefined if it is malformed. */
export function decodeFallback(words: Words): Fallback | 'unknown' | undefined {
  const [version, ...rest] = words;
  if (version === undefined) return undefined;
  if (version > SCRIPT_HASH) return 'unknown';
  const program = wordsToBytes(rest);
  return program !== undefined && fits(version, program.length)
    ? { version, program: encodeHex(program) }
    : undefined;
}

/** An address as the words of one `f` field. */
export function encodeFallback({ version, program }: Fallback): Words {
  return [version, ...bytesToWords(Buffer.from(program, 'hex'))];
}

/** Lengths in bytes: BIP 141 for witness programs, 20 for the older hashes. */
function fits(version: number, length: number): boolean {
  if (version === KEY_HASH || version === SCRIPT_HASH) return length === 20;
  if (version === 0) return length === 20 || length === 32;
  return length >= 2 && length <= 40;
}
