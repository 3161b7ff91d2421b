import { bech32 } from '@scure/base';
import { type Msat, SECOND } from '../base/index.ts';
import { bytes32 } from './hex.ts';
import { encodeFallback, type Fallback } from './invoice-fallback.ts';
import { encodeFeatures, FEATURE } from './invoice-features.ts';
import { DEFAULT_EXPIRY_SECONDS, DEFAULT_FINAL_CLTV, type Purpose } from './invoice-fields.ts';
import { encodePrefix, type Network } from './invoice-prefix.ts';
import { encodeRoute, type Hop } from './invoice-route.ts';
import { signInvoice } from './invoice-signature.ts';
import { encodeField, FIELD } from './tagged-field.ts';
import { encodeUtf8 } from './utf8.ts';
import { bytesToWords, numberToWords, type Words } from './words.ts';

/** What an invoice for `sha256(preimage)` is to say. Bytes are lower-case hex, times ms since 1970. */
export type InvoiceFields = Purpose & {
  readonly network: Network;
  /** Msat; left out, the payer may choose. */
  readonly amount?: Msat | undefined;
  readonly paymentHash: string;
  readonly paymentSecret: string;
  /** Cut to whole seconds, as is the expiry. */
  readonly createdAt: number;
  /** An hour after createdAt if left out. */
  readonly expiresAt?: number;
  /** Blocks, 18 if left out. */
  readonly minFinalCltv?: number;
  /** Feature bits; if left out, the two that a payment secret needs. */
  readonly features?: readonly number[];
  readonly routes?: readonly (readonly Hop[])[];
  readonly fallbacks?: readonly Fallback[];
  readonly metadata?: string;
};

/** Writes and signs an invoice with a 32-byte private key (BOLT11), as `decodeInvoice` reads it. */
export function encodeInvoice(fields: InvoiceFields, privateKey: Uint8Array): string {
  const prefix = encodePrefix({ network: fields.network, amount: fields.amount });
  const data = [
    ...numberToWords(Math.floor(fields.createdAt / SECOND), 7),
    ...taggedFields(fields),
  ];
  return bech32.encode(prefix, [...data, ...signInvoice(prefix, data, privateKey)], false);
}

/** All tagged fields in the order of the specification's own examples. */
function taggedFields(fields: InvoiceFields): Words {
  return [
    ...encodeField(FIELD.paymentSecret, bytesToWords(bytes32(fields.paymentSecret))),
    ...encodeField(FIELD.paymentHash, bytesToWords(bytes32(fields.paymentHash))),
    ...purposeField(fields),
    ...expiryField(fields),
    ...finalCltvField(fields),
    ...(fields.fallbacks ?? []).flatMap(each => encodeField(FIELD.fallback, encodeFallback(each))),
    ...(fields.routes ?? []).flatMap(hops => encodeField(FIELD.route, encodeRoute(hops))),
    ...metadataField(fields.metadata),
    ...featuresField(fields.features ?? [FEATURE.onion, FEATURE.paymentSecret]),
  ];
}

function purposeField({ description, descriptionHash }: Purpose): Words {
  return description === undefined
    ? encodeField(FIELD.descriptionHash, bytesToWords(bytes32(descriptionHash)))
    : encodeField(FIELD.description, bytesToWords(encodeUtf8(description)));
}

function expiryField({ createdAt, expiresAt }: InvoiceFields): Words {
  if (expiresAt === undefined) return [];
  const seconds = Math.floor(expiresAt / SECOND) - Math.floor(createdAt / SECOND);
  return seconds === DEFAULT_EXPIRY_SECONDS
    ? []
    : encodeField(FIELD.expiry, numberToWords(seconds));
}

function finalCltvField({ minFinalCltv = DEFAULT_FINAL_CLTV }: InvoiceFields): Words {
  return minFinalCltv === DEFAULT_FINAL_CLTV
    ? []
    : encodeField(FIELD.finalCltv, numberToWords(minFinalCltv));
}

/** BOLT11: without a bit that is set, the field must be left out. */
function featuresField(bits: readonly number[]): Words {
  return bits.length === 0 ? [] : encodeField(FIELD.features, encodeFeatures(bits));
}

function metadataField(metadata: string | undefined): Words {
  return metadata === undefined
    ? []
    : encodeField(FIELD.metadata, bytesToWords(Buffer.from(metadata, 'hex')));
}
