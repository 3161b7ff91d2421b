import { join } from 'node:path';
import { type Clock, type Log, ok, type Result, refuse } from '../base/index.ts';
import { replaceFile } from '../secrets/index.ts';
import type { NodeAddress } from './line.ts';
import { infoOf } from './node-info.ts';
import { operatorAt } from './operator.ts';
import type { NodeNetwork } from './place.ts';
import { type RemoteRole, roleRightsOf } from './role-rights.ts';

/** What a remote lnd says of itself. */
export interface RemoteNode {
  readonly network: NodeNetwork;
  readonly alias: string;
  readonly pubkey: string;
  readonly version: string;
  readonly synced: boolean;
  /** Whether its macaroon may do more than the role that it is for: then it had better be another. */
  readonly tooPowerful: boolean;
}

/** The oldest lnd whose interface is the one that we speak, 0.18. */
const OLDEST_MINOR = 18;
const NETWORKS: readonly string[] = [
  'mainnet',
  'testnet',
  'signet',
  'regtest',
] satisfies NodeNetwork[];

/**
 * Tries a remote node out with what there is for a role there. Changes nothing there, and ends in bounded time. Refused with
 * `node_unreachable`, `node_certificate_invalid`, `node_locked`, `node_macaroon_refused`, `network_mismatch` or
 * `lnd_version_unsupported`.
 */
export async function tryRemote(
  address: NodeAddress,
  clock: Clock,
  log: Log,
  role: RemoteRole = 'buyer',
): Promise<Result<RemoteNode>> {
  const operator = operatorAt(async () => address, clock, log);
  try {
    const told = await operator.call(infoOf);
    if (!told.ok) return told;
    const { network = '', version, pubkey, alias, synced } = told.value;
    if (!isNetwork(network)) return refuse('network_mismatch', 'It is of none of our networks.');
    if (version === undefined || isTooOld(version))
      return refuse('lnd_version_unsupported', 'It has to be 0.18 or newer.');
    if (pubkey === undefined) return refuse('node_refused', 'It has no public key.');
    const { lacking, isTooPowerful } = roleRightsOf(role, address.macaroon);
    if (lacking.length > 0)
      return refuse('node_macaroon_refused', `It lacks ${lacking.join(', ')}.`);
    return ok({ network, alias, pubkey, version, synced, tooPowerful: isTooPowerful });
  } finally {
    operator.close();
  }
}

function isNetwork(name: string): name is NodeNetwork {
  return NETWORKS.includes(name);
}

/** One that does not say its version counts as too old. */
function isTooOld(version: string): boolean {
  const [, major, minor] = /^(\d{1,3})\.(\d{1,3})\./.exec(version) ?? [];
  return major === undefined || (Number(major) === 0 && Number(minor) < OLDEST_MINOR);
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
