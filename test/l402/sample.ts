import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { msat } from '../../src/base/index.ts';
import {
  encodeIdentifier,
  encodeInvoice,
  type InvoiceFields,
  type Macaroon,
  mintMacaroon,
} from '../../src/l402/index.ts';

/** A real paid exchange: Aperture over LND on regtest, with what LND itself read in the invoice. */
export interface Capture {
  readonly response: { readonly status: number; readonly rawHeaders: readonly string[] };
  readonly lndDecodedInvoice: {
    readonly destination: string;
    readonly payment_hash: string;
    readonly timestamp: string;
    readonly expiry: string;
    readonly description: string;
    readonly cltv_expiry: string;
    readonly payment_addr: string;
    readonly num_msat: string;
    readonly features: Readonly<Record<string, unknown>>;
  };
  readonly payment: { readonly preimage: string };
  readonly accepted: { readonly authorization: string };
}

interface Vector {
  readonly title: string;
  readonly invoice: string;
}

/** The examples of BOLT11, all signed with one key. */
export interface Bolt11Vectors {
  readonly privateKey: string;
  readonly valid: readonly Vector[];
  readonly invalid: readonly Vector[];
}

export const capture = fixture<Capture>('aperture-0.5.0-regtest.json');
export const bolt11Vectors = fixture<Bolt11Vectors>('bolt11.json');

/** The `WWW-Authenticate` lines of the capture: LSAT first, then L402. */
export const captured: readonly string[] = capture.response.rawHeaders
  .filter(line => line.startsWith('Www-Authenticate: '))
  .map(line => line.slice('Www-Authenticate: '.length));

export const PRIVATE_KEY: Uint8Array = Buffer.from(bolt11Vectors.privateKey, 'hex');
export const ROOT_KEY: Uint8Array = new Uint8Array(32).fill(7);
export const PREIMAGE = '42'.repeat(32);
export const PAYMENT_HASH: string = createHash('sha256')
  .update(Buffer.from(PREIMAGE, 'hex'))
  .digest('hex');
/** 2026-01-01, in ms. */
export const NOW = 1_767_225_600_000;

/** A small regtest invoice of 21 sat for PREIMAGE, created at NOW, with what a test wants changed. */
export function sampleInvoice(
  changes: Partial<Omit<InvoiceFields, 'description' | 'descriptionHash'>> = {},
): string {
  return encodeInvoice(
    {
      network: 'bcrt',
      amount: msat(21_000),
      paymentHash: PAYMENT_HASH,
      paymentSecret: '11'.repeat(32),
      description: 'one forecast',
      createdAt: NOW,
      ...changes,
    },
    PRIVATE_KEY,
  );
}

/** A token bound to PAYMENT_HASH. */
export function sampleMacaroon(caveats: readonly string[] = ['services=weather:0']): Macaroon {
  const identifier = encodeIdentifier({ paymentHash: PAYMENT_HASH, tokenId: 'ab'.repeat(32) });
  return mintMacaroon({ rootKey: ROOT_KEY, identifier, location: 'lsat', caveats });
}

function fixture<T>(name: string): T {
  const url = new URL(`../fixtures/l402/${name}`, import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8')) as T;
}
