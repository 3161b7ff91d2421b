import { type Clock, TollkeeperError } from '../base/index.ts';
import { readCertificate } from './certificate.ts';
import type { NodeAddress } from './line.ts';
import type { NodePlace } from './place.ts';
import { isAlive } from './process-id.ts';
import { readRun } from './run-record.ts';
import type { NodeSecret, Vault } from './vault.ts';

/**
 * Where a supervised node answers now, for whoever may do what a role may. Rejects with `node_not_running`,
 * `node_certificate_invalid`, or `node_not_initialized` where the role has no macaroon yet.
 */
export async function addressOf(
  place: NodePlace,
  role: Exclude<NodeSecret, 'password'>,
  vault: Vault,
  clock: Clock,
): Promise<NodeAddress> {
  const macaroon = await vault.read(role);
  if (macaroon === undefined) throw new TollkeeperError('node_not_initialized');
  return { ...(await doorOf(place, clock)), macaroon };
}

/** The same for whoever needs no macaroon. */
export async function doorOf(
  place: NodePlace,
  clock: Clock,
): Promise<Pick<NodeAddress, 'socket' | 'certificate'>> {
  const run = readRun(place);
  if (run === undefined || !isAlive(run.lnd)) throw new TollkeeperError('node_not_running');
  const certificate = await readCertificate(place, clock.now());
  if (certificate === undefined) throw new TollkeeperError('node_certificate_invalid');
  return { socket: run.socket, certificate };
}
