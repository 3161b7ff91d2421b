import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Network } from './bring-up.ts';
import { type Daemon, startDaemon } from './daemon.ts';
import type { Peer } from './peer.ts';
import { freePort } from './port.ts';

/** What Aperture sells, sats: paths under `/cheap` and `/dear`. */
export const PRICES = { cheap: 100, dear: 1500 } as const;

/** A real Aperture before a seller's server, paid by a node of somebody else. */
export interface Aperture {
  /** As in `http://host`. */
  readonly origin: string;
  readonly host: string;
  /** The paths that the seller was asked for, by those whom Aperture let through. */
  readonly served: readonly string[];
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the seller, and Aperture before it, or before a server that is there already (`host:port`). */
export async function openAperture(
  { binaries, ...network }: Pick<Network, 'binaries' | 'directory' | 'merchant'>,
  address?: string,
): Promise<Aperture> {
  const directory = join(network.directory, 'aperture');
  const served: string[] = [];
  const seller = createServer(({ url = '' }, response) => {
    served.push(url);
    response.writeHead(200, { 'content-type': 'application/json' }).end(goods(url));
  }).listen(0, '127.0.0.1');
  await once(seller, 'listening');
  const { port } = seller.address() as AddressInfo;
  const host = `127.0.0.1:${await freePort()}`;
  await mkdir(directory, { recursive: true });
  const file = join(directory, 'aperture.yaml');
  // YAML reads JSON.
  const before = configuration(host, address ?? `127.0.0.1:${port}`, network.merchant);
  await writeFile(file, JSON.stringify(before));
  let daemon: Daemon | undefined;
  const aperture = {
    origin: `http://${host}`,
    host,
    served,
    async start() {
      // Its configuration file has no word for the database's.
      const database = `--sqlite.dbfile=${join(directory, 'aperture.db')}`;
      const args = [`--configfile=${file}`, `--basedir=${directory}`, database];
      daemon = await startDaemon(binaries.aperture, args, join(directory, 'output.log'));
      await daemon.until('asks for money', async () => {
        const { status } = await fetch(`http://${host}/cheap/start`);
        return status === 402;
      });
    },
    stop: async () => daemon?.end('SIGTERM'),
    async close() {
      await aperture.stop();
      seller.close();
      seller.closeAllConnections();
    },
  };
  await aperture.start();
  return aperture;
}

/** What the seller sends for money. */
export const goods = (path: string): string => JSON.stringify({ sold: path });

function configuration(host: string, address: string, peer: Peer): object {
  return {
    listenaddr: host,
    insecure: true,
    debuglevel: 'info',
    dbbackend: 'sqlite',
    authenticator: {
      network: 'regtest',
      lndhost: peer.rpc,
      tlspath: join(peer.directory, 'tls.cert'),
      macdir: join(peer.directory, 'data/chain/bitcoin/regtest'),
    },
    services: Object.entries(PRICES).map(([name, price]) => ({
      name,
      hostregexp: '.*',
      pathregexp: `^/${name}.*$`,
      address,
      protocol: 'http',
      price,
    })),
  };
}
