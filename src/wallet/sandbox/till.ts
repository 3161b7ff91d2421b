import { randomBytes } from 'node:crypto';
import { HOUR, MINUTE, SECOND, sha256 } from '../../base/index.ts';
import {
  decodeIdentifier,
  encodeIdentifier,
  expiryOf,
  formatChallenge,
  type Macaroon,
  mintMacaroon,
  parseCaveat,
  parseCredential,
  permits,
  servicesOf,
  unlocks,
  verifyMacaroon,
} from '../../l402/index.ts';
import type { Sql } from '../../sqlite/index.ts';
import type { Item } from './catalogue.ts';
import { type Issued, recordInvoice, writeInvoice } from './invoice.ts';
import type { Ledger } from './ledger.ts';

/** The service's name in every caveat, and the issuer's in the ledger. */
export const SERVICE = 'sandbox-shop';

const INVOICE_MS = 10 * MINUTE;
const TOKEN_MS = HOUR;

/** The only conditions that a token of ours may carry. */
const VOCABULARY: ReadonlySet<string> = new Set([
  'services',
  `${SERVICE}_path`,
  `${SERVICE}_valid_until`,
]);

/**
 * Asks for payment: a new invoice, and a token that opens this item's path for an hour once the preimage
 * comes with it. Returns the value of `WWW-Authenticate`.
 */
export async function charge(ledger: Ledger, item: Item): Promise<string> {
  const invoice = writeInvoice(ledger, {
    issuer: SERVICE,
    amount: item.price,
    description: `${SERVICE} ${item.path}`,
    ttlMs: INVOICE_MS,
  });
  const rootKey = randomBytes(32);
  const macaroon = mint(rootKey, invoice, item.path, ledger.clock.now() + TOKEN_MS);
  await ledger.db.immediate(sql => {
    recordInvoice(sql, invoice, ledger.clock.now());
    sql.run('INSERT INTO token (id, hash, root_key) VALUES (:id, :hash, :rootKey)', {
      id: sha256(macaroon.identifier),
      hash: invoice.hash,
      rootKey,
    });
  });
  return formatChallenge({ macaroon, invoice: invoice.text });
}

/** Whether the `Authorization` lines carry a token of ours, paid for, that covers this item now. */
export async function admits(
  { db, clock }: Ledger,
  authorization: readonly string[],
  item: Item,
): Promise<boolean> {
  const credential = parseCredential({ authorization });
  if (!credential.ok) return false;
  const { macaroon, preimage } = credential.value;
  const rootKey = await db.read(sql => rootKeyOf(sql, macaroon));
  const paymentHash = decodeIdentifier(macaroon.identifier)?.paymentHash;
  return (
    rootKey !== undefined &&
    paymentHash !== undefined &&
    verifyMacaroon(macaroon, rootKey) &&
    unlocks(preimage, paymentHash) &&
    allows(macaroon, item, clock.now())
  );
}

function mint(rootKey: Uint8Array, invoice: Issued, path: string, validUntil: number): Macaroon {
  return mintMacaroon({
    rootKey,
    location: 'lsat',
    identifier: encodeIdentifier({
      paymentHash: invoice.hash,
      tokenId: randomBytes(32).toString('hex'),
    }),
    caveats: [
      `services=${SERVICE}:0`,
      `${SERVICE}_path=${path}`,
      `${SERVICE}_valid_until=${Math.floor(validUntil / SECOND)}`,
    ],
  });
}

function rootKeyOf(sql: Sql, { identifier }: Macaroon): Uint8Array | undefined {
  return sql.get<{ key: Uint8Array }>('SELECT root_key AS key FROM token WHERE id = :id', {
    id: sha256(identifier),
  })?.key;
}

/** A holder may have narrowed the token: every caveat has to hold, and one that we cannot read holds never. */
function allows(macaroon: Macaroon, item: Item, now: number): boolean {
  return (
    macaroon.caveats.every(text => VOCABULARY.has(parseCaveat(text)?.condition ?? '')) &&
    servicesOf(macaroon).includes(SERVICE) &&
    permits(macaroon, item) &&
    now < (expiryOf(macaroon) ?? 0)
  );
}
