import { bech32 } from '@scure/base';

/** Big-endian 5-bit groups, the digits of bech32 (BIP 173). */
export type Words = readonly number[];

/** The longest number in words that a JavaScript number holds exactly: 50 bits. */
const MOST_NUMBER_WORDS = 10;

/** The whole bytes in words; undefined if the padding is longer than 4 bits or not zero (BIP 173). */
export function wordsToBytes(words: Words): Uint8Array | undefined {
  return bech32.fromWordsUnsafe([...words]) ?? undefined;
}

/** Bytes as words, padded with zero bits. */
export function bytesToWords(bytes: Uint8Array): Words {
  return bech32.toWords(bytes);
}

/** Words as bytes, filled up with zero bits to the next byte: what a BOLT11 signature covers. */
export function wordsToFilledBytes(words: Words): Uint8Array {
  const bytes = new Uint8Array(Math.ceil((words.length * 5) / 8));
  for (const [index, word] of words.entries()) {
    const bit = index * 5;
    const shifted = word << (11 - (bit % 8));
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (shifted >> 8);
    if (shifted & 0xff) bytes[(bit >> 3) + 1] = shifted & 0xff;
  }
  return bytes;
}

/** The number in words, big-endian; undefined above 2^50. Leading zeros are let pass. */
export function wordsToNumber(words: Words): number | undefined {
  const first = words.findIndex(word => word !== 0);
  if (first === -1) return 0;
  if (words.length - first > MOST_NUMBER_WORDS) return undefined;
  return words.slice(first).reduce((total, word) => total * 32 + word, 0);
}

/** A number below 2^50 as the fewest words, or as exactly `length` words. */
export function numberToWords(value: number, length?: number): Words {
  const words: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 32)) words.unshift(rest % 32);
  while (words.length < (length ?? 1)) words.unshift(0);
  return words;
}
