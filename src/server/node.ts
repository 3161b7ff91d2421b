import { readFile } from 'node:fs/promises';
import { type Clock, type Log, TollkeeperError } from '../base/index.ts';
import type { NodeAddress, NodeNetwork, NodePlace, Snapshot, Vault } from '../node/index.ts';
import type { InvoiceIssuer } from '../paywall/index.ts';
import { type NodeRules, networkOf, type Policy } from '../policy/index.ts';
import type { Sealer } from '../secrets/index.ts';
import type { Wallet } from '../task/index.ts';
import type { Home } from './home.ts';

/** What the node of a data directory is reached with. */
export interface NodeHouse {
  readonly home: Pick<Home, 'path'>;
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly log: Log;
}

/** The node that a policy names: where its files lie, and what was sealed for it. */
export interface NodeSeat {
  readonly network: NodeNetwork;
  readonly lnd: NodeRules;
  readonly place: NodePlace;
  readonly vault: Vault;
  /** Where it answers, for whoever may pay. Rejects as long as there is nothing to dial. */
  readonly buyer: () => Promise<NodeAddress>;
  /** The same for whoever may make invoices and watch them. */
  readonly seller: () => Promise<NodeAddress>;
}

/** Finds the node that a policy names; undefined where it names the sandbox. The node room is loaded by then only. */
export async function seatOf(
  { home, sealer, clock }: Pick<NodeHouse, 'home' | 'sealer' | 'clock'>,
  policy: Policy,
): Promise<NodeSeat | undefined> {
  const { lnd } = policy;
  if (lnd === undefined) return undefined;
  const { addressOf, openVault, placeOf, remotePlaceOf } = await import('../node/index.ts');
  const network = networkOf(policy);
  const place = placeOf(home.path, network);
  if (lnd.mode === 'supervised') {
    const vault = openVault(place.secrets, network, sealer);
    const as = (role: 'buyer' | 'seller') => () => addressOf(place, role, vault, clock);
    return { network, lnd, place, vault, buyer: as('buyer'), seller: as('seller') };
  }
  const remote = remotePlaceOf(home.path);
  // Bound to its address: what was sealed for one node opens for no other.
  const vault = openVault(remote.secrets, `remote/${lnd.address}`, sealer);
  const as = (role: 'buyer' | 'seller') => async () => {
    const macaroon = await vault.read(role);
    const certificate = await readFile(remote.certificate, 'utf8').catch(() => undefined);
    if (macaroon === undefined || certificate === undefined) throw unconnected(role);
    return { socket: lnd.address, certificate, macaroon };
  };
  return { network, lnd, place, vault, buyer: as('buyer'), seller: as('seller') };
}

function unconnected(role: 'buyer' | 'seller'): TollkeeperError {
  const detail = 'Without --seller-macaroon nothing can be sold for its money.';
  return new TollkeeperError('node_not_connected', role === 'seller' ? detail : undefined);
}

/** Opens the wallet of the node that a policy names. */
export async function openNodeWallet(house: NodeHouse, policy: Policy): Promise<Wallet> {
  const { openLndWallet } = await import('../wallet/index.ts');
  return openLndWallet(await partsOf(house, policy, 'buyer'));
}

/** Opens the seller's side of it. */
export async function openNodeIssuer(house: NodeHouse, policy: Policy): Promise<InvoiceIssuer> {
  const { openLndIssuer } = await import('../wallet/index.ts');
  return openLndIssuer(await partsOf(house, policy, 'seller'));
}

async function partsOf(house: NodeHouse, policy: Policy, role: 'buyer' | 'seller') {
  const seat = await seatOf(house, policy);
  if (seat === undefined) throw new TollkeeperError('wallet_unavailable');
  const { openLine } = await import('../node/index.ts');
  const { clock, log } = house;
  return { line: openLine(seat[role], clock), network: policy.network, clock, log };
}

/** What is known of the node that a policy names; undefined where it names the sandbox. */
export async function nodeViewOf(house: NodeHouse, policy: Policy): Promise<Snapshot | undefined> {
  const seat = await seatOf(house, policy);
  if (seat === undefined) return undefined;
  const { clock, log } = house;
  const { remoteSnapshotOf, snapshotOf } = await import('../node/index.ts');
  if (seat.lnd.mode === 'remote') return remoteSnapshotOf(seat.buyer, clock, log);
  const { place, vault, lnd } = seat;
  return snapshotOf({
    place,
    vault,
    clock,
    log,
    backupDirectory: lnd.backupDirectory || undefined,
  });
}
