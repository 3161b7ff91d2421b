import { ok, type Result, refuse } from '../base/index.ts';
import { encodeHex } from './hex.ts';
import { decodeFallback, type Fallback } from './invoice-fallback.ts';
import { decodeFeatures } from './invoice-features.ts';
import { decodeRoute, type Hop } from './invoice-route.ts';
import { FIELD, splitFields, type TaggedFields } from './tagged-field.ts';
import { decodeUtf8 } from './utf8.ts';
import { type Words, wordsToBytes, wordsToNumber } from './words.ts';

/** What is paid for: a text of at most 639 bytes, or the SHA-256 of a longer one, never both. */
export type Purpose =
  | { readonly description: string; readonly descriptionHash?: undefined }
  | { readonly descriptionHash: string; readonly description?: undefined };

/** What the tagged fields of an invoice say; bytes as lower-case hex. */
export type Fields = Purpose & {
  readonly paymentHash: string;
  readonly paymentSecret: string;
  readonly expirySeconds: number;
  /** Blocks. */
  readonly minFinalCltv: number;
  /** Feature bits that are set, ascending (BOLT9). */
  readonly features: readonly number[];
  readonly routes: readonly (readonly Hop[])[];
  readonly fallbacks: readonly Fallback[];
  /** Public key of the payee, 33 bytes, if it is stated rather than left to be recovered. */
  readonly payee?: string;
  /** To be handed back to the payee with the payment. */
  readonly metadata?: string;
};

/** What a missing `x` field means (BOLT11). */
export const DEFAULT_EXPIRY_SECONDS = 3600;
/** What a missing `c` field means, in blocks (BOLT11). */
export const DEFAULT_FINAL_CLTV = 18;

/** More seconds than the 35 bits of a timestamp hold are no expiry but an attack on arithmetic. */
const MOST_SECONDS = 2 ** 35;

/** Reads all tagged fields: the data part between timestamp and signature. */
export function decodeFields(words: Words): Result<Fields> {
  const split = splitFields(words);
  if (!split.ok) return split;
  const payment = readPayment(split.value);
  if (!payment.ok) return payment;
  const purpose = readPurpose(split.value);
  if (!purpose.ok) return purpose;
  const limits = readLimits(split.value);
  if (!limits.ok) return limits;
  const features = decodeFeatures(split.value.get(FIELD.features)?.[0] ?? []);
  if (!features.ok) return features;
  const paths = readPaths(split.value);
  if (!paths.ok) return paths;
  const extras = readExtras(split.value);
  if (!extras.ok) return extras;
  return ok({
    ...payment.value,
    ...purpose.value,
    ...limits.value,
    features: features.value,
    ...paths.value,
    ...extras.value,
  });
}

function readPayment(fields: TaggedFields): Result<Pick<Fields, 'paymentHash' | 'paymentSecret'>> {
  const paymentHash = hexOf(fields, FIELD.paymentHash);
  const paymentSecret = hexOf(fields, FIELD.paymentSecret);
  if (!paymentHash) return refuse('INVOICE_INVALID', 'It has no valid payment hash.');
  if (!paymentSecret) return refuse('INVOICE_INVALID', 'It has no valid payment secret.');
  return ok({ paymentHash, paymentSecret });
}

function readPurpose(fields: TaggedFields): Result<Purpose> {
  const words = fields.get(FIELD.description)?.[0];
  const descriptionHash = hexOf(fields, FIELD.descriptionHash);
  if ((words === undefined) === (descriptionHash === undefined)) {
    return refuse('INVOICE_INVALID', 'It needs either a description or the hash of one.');
  }
  if (words === undefined) {
    return descriptionHash ? ok({ descriptionHash }) : badPadding();
  }
  const bytes = wordsToBytes(words);
  if (bytes === undefined) return badPadding();
  const description = decodeUtf8(bytes);
  return description === undefined
    ? refuse('INVOICE_INVALID', 'Its description is not UTF-8.')
    : ok({ description });
}

function readLimits(fields: TaggedFields): Result<Pick<Fields, 'expirySeconds' | 'minFinalCltv'>> {
  const expiry = fields.get(FIELD.expiry)?.[0];
  const cltv = fields.get(FIELD.finalCltv)?.[0];
  const expirySeconds = expiry ? wordsToNumber(expiry) : DEFAULT_EXPIRY_SECONDS;
  const minFinalCltv = cltv ? wordsToNumber(cltv) : DEFAULT_FINAL_CLTV;
  if (expirySeconds === undefined || expirySeconds > MOST_SECONDS) {
    return refuse('INVOICE_INVALID', 'Its expiry is absurd.');
  }
  if (minFinalCltv === undefined) return refuse('INVOICE_INVALID', 'Its CLTV delta is absurd.');
  return ok({ expirySeconds, minFinalCltv });
}

function readPaths(fields: TaggedFields): Result<Pick<Fields, 'routes' | 'fallbacks'>> {
  const routes: (readonly Hop[])[] = [];
  for (const words of fields.get(FIELD.route) ?? []) {
    const route = decodeRoute(words);
    if (route === undefined) return refuse('INVOICE_INVALID', 'A route hint is malformed.');
    routes.push(route);
  }
  const fallbacks: Fallback[] = [];
  for (const words of fields.get(FIELD.fallback) ?? []) {
    const fallback = decodeFallback(words);
    if (fallback === undefined) return refuse('INVOICE_INVALID', 'A fallback is malformed.');
    if (fallback !== 'unknown') fallbacks.push(fallback);
  }
  return ok({ routes, fallbacks });
}

function readExtras(fields: TaggedFields): Result<Pick<Fields, 'payee' | 'metadata'>> {
  const payee = hexOf(fields, FIELD.payee);
  const metadata = hexOf(fields, FIELD.metadata);
  if (payee === false || metadata === false) return badPadding();
  return ok({
    ...(payee !== undefined && { payee }),
    ...(metadata !== undefined && { metadata }),
  });
}

/** A field's bytes as hex; undefined if it is absent, false if its padding is not zero. */
function hexOf(fields: TaggedFields, type: number): string | false | undefined {
  const words = fields.get(type)?.[0];
  if (words === undefined) return undefined;
  const bytes = wordsToBytes(words);
  return bytes === undefined ? false : encodeHex(bytes);
}

function badPadding(): Result<never> {
  return refuse('INVOICE_INVALID', 'A field is padded wrongly.');
}
