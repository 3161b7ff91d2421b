import { bech32 } from '@scure/base';
import { type Msat, ok, type Result, refuse, SECOND } from '../base/index.ts';
import { decodeFields, type Fields, type Purpose } from './invoice-fields.ts';
import { decodePrefix, type Network } from './invoice-prefix.ts';
import { payeeOf, SIGNATURE_WORDS } from './invoice-signature.ts';
import { wordsToNumber } from './words.ts';

/** A BOLT11 invoice whose checksum, fields and signature have been found good. Bytes are hex. */
export type Invoice = Purpose &
  Omit<Fields, 'description' | 'descriptionHash' | 'expirySeconds' | 'payee'> & {
    /** The invoice itself, in lower case, without a scheme. */
    readonly text: string;
    readonly network: Network;
    /** The price in msat; undefined if the payer is to choose. */
    readonly amount: Msat | undefined;
    /** Public key of the node that signed, 33 bytes as hex. */
    readonly payee: string;
    /** Milliseconds since 1970. */
    readonly createdAt: number;
    /** Milliseconds since 1970. */
    readonly expiresAt: number;
  };

/** As much as one QR code can hold; a longer invoice is an attack. */
const MOST_CHARS = 7089;
const TIMESTAMP_WORDS = 7;
/** Visible ASCII only: letters beyond it fold to ASCII ones and would slip past a check of case. */
const TEXT = /^(?:lightning:)?([!-~]+)$/i;

/**
 * Reads an invoice, strictly (BOLT11): every rule for readers is kept, every required field is there,
 * what decides comes once, and the signature is good. Refuses with INVOICE_INVALID.
 * Upper case and a `lightning:` scheme are accepted; whether to pay is for `termsOf` to say.
 */
export function decodeInvoice(text: string): Result<Invoice> {
  if (text.length > MOST_CHARS) return refuse('INVOICE_INVALID', 'It is too long.');
  const bare = TEXT.exec(text)?.[1] ?? '';
  const decoded = bech32.decodeUnsafe(bare, MOST_CHARS);
  if (!decoded) return refuse('INVOICE_INVALID', 'It is not bech32, or its checksum is wrong.');
  const prefix = decodePrefix(decoded.prefix);
  if (!prefix.ok) return prefix;
  const words = decoded.words;
  if (words.length < TIMESTAMP_WORDS + SIGNATURE_WORDS) {
    return refuse('INVOICE_INVALID', 'It is too short.');
  }

  const data = words.slice(0, -SIGNATURE_WORDS);
  const fields = decodeFields(data.slice(TIMESTAMP_WORDS));
  if (!fields.ok) return fields;
  const { expirySeconds, payee: stated, ...rest } = fields.value;
  const payee = payeeOf(decoded.prefix, data, words.slice(-SIGNATURE_WORDS), stated);
  if (payee === undefined) return refuse('INVOICE_INVALID', 'Its signature is not valid.');

  const createdAt = (wordsToNumber(data.slice(0, TIMESTAMP_WORDS)) ?? 0) * SECOND;
  const expiresAt = createdAt + expirySeconds * SECOND;
  const lowerCase = bare.toLowerCase();
  return ok({ text: lowerCase, ...prefix.value, ...rest, payee, createdAt, expiresAt });
}
