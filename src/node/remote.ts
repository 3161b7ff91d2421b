import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, type Log, ok, type Result, refuse } from '../base/index.ts';
import { replaceFile } from '../secrets/index.ts';
import type { NodeAddress } from './line.ts';
import { operatorAt } from './operator.ts';
import type { NodeNetwork } from './place.ts';

/** What a remote lnd says of itself. */
export interface RemoteNode {
  readonly network: NodeNetwork;
  readonly alias: string;
  readonly pubkey: string;
  readonly version: string;
  readonly synced: boolean;
  /** Whether its macaroon may do more than pay and look: then it should be another. */
  readonly tooPowerful: boolean;
}

/** A macaroon is some hundred bytes; no file that is longer is one. */
const MOST_MACAROON = 4096;
const MOST_CERTIFICATE = 65_536;
/** The oldest lnd whose interface is the one that we speak. */
const OLDEST = [0, 18] as const;
const NETWORKS: readonly string[] = [
  'mainnet',
  'testnet',
  'signet',
  'regtest',
] satisfies NodeNetwork[];

/** Reads the certificate that a remote node must show, and the macaroon for it, binary or in hex. `invalid_input`. */
export async function readRemote(
  socket: string,
  files: { readonly certificate: string; readonly macaroon: string },
): Promise<Result<NodeAddress>> {
  const pem = await bounded(files.certificate, MOST_CERTIFICATE);
  if (pem === undefined || !isCertificate(pem)) {
    return refuse('invalid_input', 'The certificate is not a readable PEM file.');
  }
  const bytes = await bounded(files.macaroon, MOST_MACAROON);
  const macaroon = bytes && macaroonIn(bytes);
  if (macaroon === undefined) {
    return refuse('invalid_input', 'The macaroon is not a readable macaroon file, binary or hex.');
  }
  return ok({ socket, certificate: pem.toString(), macaroon });
}

interface GetInfo {
  readonly alias: string;
  readonly identity_pubkey: string;
  readonly version: string;
  readonly synced_to_chain: boolean;
  readonly chains: readonly { readonly network: string }[];
}

/** Tries a remote node out with what there is for it. Sends nothing that changes anything, and ends in bounded time. */
export async function tryRemote(
  address: NodeAddress,
  clock: Clock,
  log: Log,
): Promise<Result<RemoteNode>> {
  const operator = operatorAt(async () => address, clock, log);
  try {
    const told = await operator.ask<GetInfo>('getInfo', {});
    if (!told.ok) return told;
    const { alias, identity_pubkey: pubkey, version, synced_to_chain: synced, chains } = told.value;
    const network = chains[0]?.network ?? '';
    if (!isNetwork(network)) return refuse('network_mismatch', 'It is of none of our networks.');
    if (isTooOld(version)) return refuse('lnd_version_unsupported', 'It has to be 0.18 or newer.');
    // A buyer's macaroon may not even look at what is on the chain; one that may is too good for this.
    const { ok: tooPowerful } = await operator.ask('walletBalance', {});
    const paying = await operator.ask('channelBalance', {});
    return paying.ok ? ok({ network, alias, pubkey, version, synced, tooPowerful }) : paying;
  } finally {
    operator.close();
  }
}

function isNetwork(name: string): name is NodeNetwork {
  return NETWORKS.includes(name);
}

function isTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(part => Number.parseInt(part, 10));
  return major === OLDEST[0] && minor < OLDEST[1];
}

async function bounded(path: string, most: number): Promise<Buffer | undefined> {
  const bytes = await readFile(path).catch(() => undefined);
  return bytes !== undefined && bytes.length > 0 && bytes.length <= most ? bytes : undefined;
}

function isCertificate(pem: Buffer): boolean {
  try {
    return new X509Certificate(pem).subject !== undefined;
  } catch {
    return false;
  }
}

/** The bytes of a macaroon: V2 begins with its version; V1 with a packet's length in hex, then `location`. */
function macaroonIn(bytes: Buffer): Buffer | undefined {
  const text = bytes.toString('latin1').trim();
  const raw = /^([0-9a-fA-F]{2})+$/.test(text) ? Buffer.from(text, 'hex') : bytes;
  const isMacaroon = raw[0] === 2 || /^[0-9a-f]{4}location /.test(raw.toString('latin1'));
  return isMacaroon ? raw : undefined;
}

/** Where the pinned certificate of a remote node lies, and its sealed macaroon. */
export interface RemotePlace {
  readonly certificate: string;
  readonly secrets: string;
}

/** The place of the one remote node, under the data directory. */
export function remotePlaceOf(home: string): RemotePlace {
  const root = join(home, 'lnd', 'remote');
  return { certificate: join(root, 'certificate.pem'), secrets: join(root, 'secrets') };
}

/** Pins the certificate of the remote node. Its macaroon goes into the vault. */
export async function pinCertificate(place: RemotePlace, certificate: string): Promise<void> {
  await replaceFile(place.certificate, certificate);
}
