import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Network } from './bring-up.ts';
import { type Daemon, startDaemon } from './daemon.ts';
import { BUNDLE } from './operator.ts';
import { freePort } from './port.ts';

/** The host that our operator sells on, and what one payment costs there, sats. */
export const HOST = 'shop.example';
export const PRICE = 100;
/** How many requests one payment buys. */
export const USES = 3;

/** What came back to somebody who asked the gateway. */
export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A challenge as a client reads it. */
export interface Challenge {
  readonly macaroon: string;
  readonly invoice: string;
}

/** A server of our operator's with our gateway before it, as `tollkeeper gateway` runs it. */
export interface Shop {
  /** The paths that the server was asked for. */
  readonly served: readonly string[];
  ask(path: string, authorization?: string): Promise<Reply>;
  /** Asks without a credential, and reads the challenge of the 402. */
  challenge(path: string): Promise<Challenge>;
  start(): Promise<void>;
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  close(): Promise<void>;
}

/** Opens the server, registers it and prices it by our commands, and runs the gateway. */
export async function openShop({ directory, operator }: Network): Promise<Shop> {
  const served: string[] = [];
  const server = createServer(({ url = '' }, response) => {
    served.push(url);
    response.end(`sold: ${url}`);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: goods } = server.address() as AddressInfo;
  const port = await freePort();
  await operator.does('settings', 'set', 'seller.listen', `127.0.0.1:${port}`);
  await operator.does('upstream', 'add', 'goods', `http://127.0.0.1:${goods}`, '--yes');
  const terms = ['--host', HOST, '--path', '/**', '--upstream', 'goods'];
  const price = ['--price', String(PRICE), '--uses', String(USES)];
  await operator.does('paywall', 'create', 'Goods', ...terms, ...price, '--yes');
  const ask = askAt(port);
  let daemon: Daemon;
  const shop: Shop = {
    served,
    ask,
    async challenge(path) {
      const { status, headers } = await ask(path);
      const found = /L402 macaroon="([^"]+)", invoice="([^"]+)"/.exec(
        String(headers['www-authenticate']),
      );
      if (status !== 402 || found === null) throw new Error(`${status}: no challenge`);
      return { macaroon: found[1]!, invoice: found[2]! };
    },
    async start() {
      const args = [BUNDLE, 'gateway', '--home', operator.home];
      const output = join(directory, 'gateway.log');
      daemon = await startDaemon(process.execPath, args, output, operator.env);
      await daemon.until('answers', async () => (await ask('/')).status > 0);
    },
    end: signal => daemon.end(signal),
    async close() {
      await daemon.end('SIGTERM');
      server.close();
      server.closeAllConnections();
    },
  };
  await shop.start();
  return shop;
}

/** A foreign client of a few lines. */
function askAt(port: number): Shop['ask'] {
  return async (path, authorization) => {
    const headers = { host: HOST, ...(authorization === undefined ? {} : { authorization }) };
    const asked = request({ host: '127.0.0.1', port, path, headers, agent: false }).end();
    const [answer] = await once(asked, 'response');
    return { status: answer.statusCode, headers: answer.headers, body: await text(answer) };
  };
}
