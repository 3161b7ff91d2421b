import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Log, SECOND, silent, TollkeeperError } from '../../base/index.ts';
import { catalogue, type Item } from './catalogue.ts';
import { answer } from './counter.ts';
import { wholeSats } from './funds.ts';
import { type Income, incomeOf } from './income.ts';
import { type LedgerPlace, openLedger } from './ledger.ts';
import { problemReply, send } from './reply.ts';
import { SERVICE } from './till.ts';

/** Where the shop listens unless told otherwise. */
export const SHOP_PORT = 8402;
const CHEAPEST_SATS = 10;

/** A running shop. */
export interface Shop {
  /** Its origin, `http://127.0.0.1:<port>`. */
  readonly url: string;
  readonly items: readonly Item[];
  payments(): Promise<Income>;
  close(): Promise<void>;
}

/** How to run a shop: `port` 0 takes any free one, `priceSats` is the price of the cheapest thing. */
export interface ShopOptions extends LedgerPlace {
  readonly port?: number;
  readonly priceSats?: number;
  readonly log?: Log;
}

/**
 * Opens a small shop on loopback that sells over L402 for sandbox money. It is also the shortest honest
 * example of a seller: an item's request is either admitted by the till, or charged for with a 402.
 */
export async function openShop(options: ShopOptions): Promise<Shop> {
  const { port = SHOP_PORT, priceSats = CHEAPEST_SATS, log = silent } = options;
  const items = catalogue(wholeSats(priceSats));
  const ledger = await openLedger(options);
  // Whoever only pays from the sandbox is spared it.
  const { createServer } = await import('node:http');
  const server = createServer(LIMITS, async (request, response) => {
    const reply = await answer({ ledger, items }, request).catch((cause: unknown) => {
      log.error({ cause }, 'The shop failed to answer.');
      return problemReply(500, 'The shop failed.');
    });
    send(response, reply);
  });
  await listen(server, port).catch((cause: unknown) => {
    ledger.db.close();
    throw new TollkeeperError(
      'invalid_input',
      `Port ${port} cannot be listened on. Is the shop open already? --port 0 takes a free one.`,
      { cause },
    );
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    items,
    payments: () => incomeOf(ledger, SERVICE),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
      ledger.db.close();
    },
  };
}

/** Listens on loopback and nowhere else: what it sells is play. */
async function listen(server: Server, port: number): Promise<void> {
  server.maxConnections = 64;
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
}

/** A request that is slow, large or one of many ends itself, not the shop. */
const LIMITS = {
  headersTimeout: 5 * SECOND,
  requestTimeout: 10 * SECOND,
  maxHeaderSize: 16_384,
  requireHostHeader: true,
} as const;
