import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MINUTE, type Msat, sats } from '../../src/base/index.ts';
import {
  encodeIdentifier,
  encodeMacaroon,
  formatChallenge,
  mintMacaroon,
} from '../../src/l402/index.ts';
import type { Sandbox } from '../../src/wallet/index.ts';

/** What a test sells at one path. */
export interface Goods {
  readonly body: string | Uint8Array;
  readonly contentType?: string;
  readonly price?: Msat;
  /** The invoice's description: a seller's own words. */
  readonly description?: string;
}

/** A seller of any bytes, and every secret that it handed out. */
export interface Seller {
  readonly url: string;
  /** Macaroons in base64, as they went over the wire. */
  readonly macaroons: readonly string[];
  /** `METHOD /path` and body of each request that it saw. */
  readonly requests: readonly string[];
  sell(path: string, goods: Goods): string;
  close(): Promise<void>;
}

/** Opens a seller on loopback whose invoices the sandbox wallet can pay. */
export async function openSeller(sandbox: Sandbox): Promise<Seller> {
  const shelf = new Map<string, Goods>();
  const macaroons: string[] = [];
  const requests: string[] = [];
  const challenge = async ({ price = sats(10), description = 'a thing' }: Goods) => {
    const order = { issuer: 'seller', amount: price, description, ttlMs: 10 * MINUTE };
    const { hash, text } = await sandbox.issue(order);
    const identifier = encodeIdentifier({
      paymentHash: hash,
      tokenId: randomBytes(32).toString('hex'),
    });
    const macaroon = mintMacaroon({
      rootKey: randomBytes(32),
      location: 'seller',
      identifier,
      caveats: [],
    });
    macaroons.push(Buffer.from(encodeMacaroon(macaroon)).toString('base64'));
    return formatChallenge({ macaroon, invoice: text });
  };
  const server = createServer(async (request, response) => {
    const { method, url = '', headers } = request;
    requests.push(`${method} ${url} ${await textOf(request)}`);
    const goods = shelf.get(url);
    if (goods === undefined) return response.writeHead(404).end();
    if (headers.authorization === undefined) {
      return response.writeHead(402, { 'www-authenticate': await challenge(goods) }).end();
    }
    const { body, contentType = 'text/plain; charset=utf-8' } = goods;
    return response.writeHead(200, { 'content-type': contentType }).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    macaroons,
    requests,
    sell(path, goods) {
      shelf.set(path, goods);
      return url + path;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}
