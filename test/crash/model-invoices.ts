import { randomBytes } from 'node:crypto';
import { type Msat, sha256 } from '../../src/base/index.ts';
import {
  encodeIdentifier,
  encodeInvoice,
  encodeMacaroon,
  mintMacaroon,
} from '../../src/l402/index.ts';
import type { Invoice } from './model.ts';

/** What stands behind an invoice of the model: a true BOLT11 text with a token, and the preimage that opens it. */
export interface TrueInvoice {
  /** A WWW-Authenticate line. */
  readonly challenge: string;
  readonly hash: string;
  readonly preimage: string;
}

const KEY = randomBytes(32);
const written = new WeakMap<Invoice, TrueInvoice>();

/** The true invoice of one of the model's, always the same. */
export function trueInvoice(invoice: Invoice): TrueInvoice {
  const known = written.get(invoice) ?? write(invoice);
  written.set(invoice, known);
  return known;
}

function write({ amount, createdAt, expiresAt }: Invoice): TrueInvoice {
  const preimage = randomBytes(32);
  const hash = sha256(preimage);
  const text = encodeInvoice(
    {
      network: 'bcrt',
      amount: amount as Msat,
      paymentHash: hash,
      paymentSecret: randomBytes(32).toString('hex'),
      description: 'a thing',
      createdAt,
      expiresAt,
    },
    KEY,
  );
  const identifier = encodeIdentifier({
    paymentHash: hash,
    tokenId: randomBytes(32).toString('hex'),
  });
  const macaroon = mintMacaroon({ rootKey: KEY, identifier, location: 'shop', caveats: [] });
  const token = Buffer.from(encodeMacaroon(macaroon)).toString('base64');
  const challenge = `L402 macaroon="${token}", invoice="${text}"`;
  return { challenge, hash, preimage: preimage.toString('hex') };
}
