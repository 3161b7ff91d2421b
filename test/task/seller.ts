import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HOUR, type Msat, sats } from '../../src/base/index.ts';
import {
  decodeIdentifier,
  encodeIdentifier,
  encodeMacaroon,
  mintMacaroon,
  parseCredential,
  unlocks,
  verifyMacaroon,
} from '../../src/l402/index.ts';
import type { Issued, Order, Sandbox } from '../../src/wallet/index.ts';

/** One request as it reached the seller. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

/** Answers one request; what it returns is awaited. */
export type Answering = (request: Seen, response: ServerResponse) => unknown;

/** A seller on loopback. All that is written here may be changed while it is open. */
export interface Seller {
  readonly origin: string;
  /** In the form of `URL.host`. */
  readonly host: string;
  readonly requests: readonly Seen[];
  price: Msat;
  /** How long its invoices live, ms. */
  invoiceMs: number;
  caveats: readonly string[];
  /** Answers whoever did not pay; by default with `charge`. */
  unpaid: Answering;
  /** Answers whoever paid; by default with 200 and `goods`. */
  paid: Answering;
  /** A 402 with a fresh invoice, or one that a liar writes. */
  charge(response: ServerResponse, lies?: Partial<Lies>): Promise<void>;
  invoice(order?: Partial<Order>): Promise<Issued>;
  close(): Promise<void>;
}

/** What a liar puts into its challenge in place of the truth. */
export interface Lies {
  readonly invoice: Pick<Issued, 'text' | 'hash'>;
  /** The payment hash that the token names. */
  readonly hash: string;
  readonly token: string;
}

/** What an honest seller sends for money. */
export const goods = (path: string): string => JSON.stringify({ sold: path });

/** Opens an honest seller of GETs and POSTs, for 100 sats each. */
export async function openSeller(sandbox: Pick<Sandbox, 'issue'>): Promise<Seller> {
  const rootKey = randomBytes(32);
  const requests: Seen[] = [];
  const server = createServer(async (request, response) => {
    const seen = await seenOf(request);
    requests.push(seen);
    await (admits(rootKey, seen) ? seller.paid : seller.unpaid)(seen, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const seller: Seller = {
    origin: `http://${host}`,
    host,
    requests,
    price: sats(100),
    invoiceMs: HOUR,
    caveats: [],
    unpaid: (_request, response) => seller.charge(response),
    paid: ({ path }, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(goods(path));
    },
    invoice: order =>
      sandbox.issue({
        issuer: host,
        amount: seller.price,
        description: 'a thing',
        ttlMs: seller.invoiceMs,
        ...order,
      }),
    async charge(response, lies = {}) {
      const invoice = lies.invoice ?? (await seller.invoice());
      const token = lies.token ?? mint(rootKey, lies.hash ?? invoice.hash, seller.caveats);
      const challenge = `L402 macaroon="${token}", invoice="${invoice.text}"`;
      response.writeHead(402, { 'www-authenticate': challenge }).end();
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  return seller;
}

async function seenOf(request: IncomingMessage): Promise<Seen> {
  const { method = '', url = '', headers } = request;
  const { authorization } = headers;
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return { method, path: url, authorization, body: Buffer.concat(chunks).toString() };
}

function mint(rootKey: Uint8Array, paymentHash: string, caveats: readonly string[]): string {
  const identifier = encodeIdentifier({ paymentHash, tokenId: randomBytes(32).toString('hex') });
  const macaroon = mintMacaroon({ rootKey, identifier, location: 'lsat', caveats });
  return Buffer.from(encodeMacaroon(macaroon)).toString('base64');
}

function admits(rootKey: Uint8Array, { authorization }: Seen): boolean {
  if (authorization === undefined) return false;
  const credential = parseCredential({ authorization: [authorization] });
  if (!credential.ok) return false;
  const { macaroon, preimage } = credential.value;
  const bound = decodeIdentifier(macaroon.identifier);
  return (
    bound !== undefined && verifyMacaroon(macaroon, rootKey) && unlocks(preimage, bound.paymentHash)
  );
}
