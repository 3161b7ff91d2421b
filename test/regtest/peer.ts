import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import service, { type AuthenticatedLnd } from 'ln-service';
import type { Binaries } from './binaries.ts';
import { type Daemon, startDaemon } from './daemon.ts';
import { freePort } from './port.ts';

/** A Lightning node of somebody else, driven without any of our own code. */
export interface Peer {
  /** Its public key. */
  readonly id: string;
  /** Where other nodes find it, `key@host:port`. */
  readonly uri: string;
  /** Where its commands go, `host:port`. */
  readonly rpc: string;
  readonly directory: string;
  readonly lnd: AuthenticatedLnd;
  /** An address of its wallet on the chain. */
  readonly address: string;
  /** Whether it has a channel that it can pay through. */
  isReady(): Promise<boolean>;
  /** What it was ever paid by invoices, msat. */
  earned(): Promise<bigint>;
  /** Pays an invoice; the preimage, hex. */
  pay(invoice: string): Promise<string>;
  /** Ends it; it can be started again. */
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Where a node lives, and by whom it hears of the chain. */
export interface PeerPlace {
  readonly binaries: Pick<Binaries, 'lnd'>;
  readonly directory: string;
  readonly alias: string;
  /** The peer port of btcd, which need not run yet. */
  readonly chainPort: number;
}

/** Starts a node with a wallet that nobody will miss; resolves when it takes commands, with or without a chain. */
export async function startPeer(place: PeerPlace): Promise<Peer> {
  const { binaries, directory, alias, chainPort } = place;
  await mkdir(directory, { recursive: true });
  const rpc = `127.0.0.1:${await freePort()}`;
  const listen = `127.0.0.1:${await freePort()}`;
  const args = [
    `--lnddir=${directory}`,
    `--alias=${alias}`,
    '--noseedbackup',
    '--norest',
    '--nobootstrap',
    `--rpclisten=${rpc}`,
    `--listen=${listen}`,
    '--bitcoin.active',
    '--bitcoin.regtest',
    '--bitcoin.node=neutrino',
    `--neutrino.connect=127.0.0.1:${chainPort}`,
  ];
  const start = () => startDaemon(binaries.lnd, args, join(directory, 'output.log'));
  let daemon: Daemon = await start();
  const lnd = await daemon.until('has its macaroons', () => connect(directory, rpc));
  const serves = () => daemon.until('serves', () => service.getWalletInfo({ lnd }));
  const { public_key: id } = await serves();
  const { address } = await service.createChainAddress({ lnd, format: 'p2wpkh' });
  return {
    id,
    uri: `${id}@${listen}`,
    rpc,
    directory,
    lnd,
    address,
    async isReady() {
      const { channels } = await service.getChannels({ lnd, is_active: true });
      if (channels[0] === undefined) return false;
      // It finds a way only through what its map shows, which a channel is on a moment after it is active.
      const { policies } = await service.getChannel({ lnd, id: channels[0].id });
      return policies.every(({ cltv_delta }) => cltv_delta !== undefined);
    },
    async earned() {
      const { invoices } = await service.getInvoices({ lnd, is_unconfirmed: false });
      // What was held and then refused counts as received there too.
      const settled = invoices.filter(({ is_confirmed }) => is_confirmed);
      return settled.reduce((sum, { received_mtokens }) => sum + BigInt(received_mtokens), 0n);
    },
    async pay(request) {
      const { secret } = await service.pay({ lnd, request });
      return secret;
    },
    stop: () => daemon.end('SIGTERM'),
    async start() {
      daemon = await start();
      await serves();
    },
    async close() {
      for (const one of Object.values(lnd)) one.close();
      await daemon.end('SIGTERM');
    },
  };
}

async function connect(directory: string, socket: string): Promise<AuthenticatedLnd> {
  const macaroon = join(directory, 'data/chain/bitcoin/regtest/admin.macaroon');
  const [cert, admin] = await Promise.all(
    [join(directory, 'tls.cert'), macaroon].map(path => readFile(path)),
  );
  const { lnd } = service.authenticatedLndGrpc({
    socket,
    cert: cert!.toString('base64'),
    macaroon: admin!.toString('base64'),
  });
  return lnd;
}
