import { bech32 } from '@scure/base';
import { type Msat, ok, type Result, refuse, SECOND } from '../base/index.ts';
import { decodeFields, type Fields, type Purpose } from './invoice-fields.ts';
import { decodePrefix, type Network } from './invoice-prefix.ts';
import { payeeOf, SIGNATURE_WORDS } from './invoice-signature.ts';
import { type Words, wordsToNumber } from './words.ts';

/** What a BOLT11 invoice says, its checksum and fields found good, whoever signed it. Bytes are hex. */
export type UnsignedInvoice = Purpose &
  Omit<Fields, 'description' | 'descriptionHash' | 'expirySeconds' | 'payee'> & {
    /** The invoice itself, in lower case, without a scheme. */
    readonly text: string;
    readonly network: Network;
    /** The price in msat; undefined if the payer is to choose. */
    readonly amount: Msat | undefined;
    /** Milliseconds since 1970. */
    readonly createdAt: number;
    /** Milliseconds since 1970. */
    readonly expiresAt: number;
  };

/** A BOLT11 invoice whose signature has been found good too. */
export type Invoice = UnsignedInvoice & {
  /** Public key of the node that signed, 33 bytes as hex. */
  readonly payee: string;
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
  const parts = partsOf(text);
  if (!parts.ok) return parts;
  const { prefix, data, signature, stated, said } = parts.value;
  const payee = payeeOf(prefix, data, signature, stated);
  if (payee === undefined) return refuse('INVOICE_INVALID', 'Its signature is not valid.');
  return ok({ ...said, payee });
}

/**
 * Reads an invoice that our own node has just made, as strictly but for its signature: who made it is known, and
 * finding the signer's key takes 1.5 ms, most of what a demand for payment would cost. Refuses with INVOICE_INVALID.
 */
export function decodeOwnInvoice(text: string): Result<UnsignedInvoice> {
  const parts = partsOf(text);
  return parts.ok ? ok(parts.value.said) : parts;
}

interface Parts {
  readonly prefix: string;
  /** What is signed, with the prefix. */
  readonly data: Words;
  readonly signature: Words;
  /** The key that the invoice says it is signed with, if it says so. */
  readonly stated: string | undefined;
  readonly said: UnsignedInvoice;
}

function partsOf(text: string): Result<Parts> {
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
  const createdAt = (wordsToNumber(data.slice(0, TIMESTAMP_WORDS)) ?? 0) * SECOND;
  const expiresAt = createdAt + expirySeconds * SECOND;
  const lowerCase = bare.toLowerCase();
  const said = { text: lowerCase, ...prefix.value, ...rest, createdAt, expiresAt };
  const signature = words.slice(-SIGNATURE_WORDS);
  return ok({ prefix: decoded.prefix, data, signature, stated, said });
}
