import { ok, type Result, refuse } from '../base/index.ts';
import type { Words } from './words.ts';

/** Features of BOLT9 that concern invoices, by the even (required) bit of each pair. */
export const FEATURE = {
  onion: 8,
  paymentSecret: 14,
  multiPart: 16,
  blindedPaths: 24,
  metadata: 48,
} as const;

const KNOWN: ReadonlySet<number> = new Set(Object.values(FEATURE));

/**
 * The bits that the `9` field sets, ascending (BOLT11 § Feature Bits).
 * An unknown even bit is a condition that we cannot meet, so the invoice must not be paid.
 */
export function decodeFeatures(words: Words): Result<readonly number[]> {
  const bits = words.flatMap((word, index) =>
    [4, 3, 2, 1, 0].flatMap(bit =>
      (word >> bit) & 1 ? [(words.length - 1 - index) * 5 + bit] : [],
    ),
  );
  bits.reverse();

  const unknown = bits.find(bit => bit % 2 === 0 && !KNOWN.has(bit));
  if (unknown !== undefined) {
    return refuse('INVOICE_INVALID', `It requires the unknown feature ${unknown}.`);
  }
  // BOLT9: basic_mpp depends on payment_secret.
  if (sets(bits, FEATURE.multiPart) && !sets(bits, FEATURE.paymentSecret)) {
    return refuse('INVOICE_INVALID', 'Its features lack one that another depends on.');
  }
  return ok(bits);
}

/** Bits as the fewest words, the highest bit first. */
export function encodeFeatures(bits: readonly number[]): Words {
  const words = new Array<number>(Math.floor(Math.max(-1, ...bits) / 5) + 1).fill(0);
  for (const bit of bits) {
    const index = words.length - 1 - Math.floor(bit / 5);
    words[index] = (words[index] ?? 0) | (1 << (bit % 5));
  }
  return words;
}

function sets(bits: readonly number[], required: number): boolean {
  return bits.includes(required) || bits.includes(required + 1);
}
