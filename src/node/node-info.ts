import type { AuthenticatedLnd } from 'ln-service';
import { harmless } from '../http/index.ts';
import { saidVersion } from './lnd-version.ts';
import { rpc } from './rpc.ts';

/**
 * What a node says of itself, as far as it is read. One that runs elsewhere could say anything, and a terminal or a
 * model would read it: what cannot be is undefined.
 */
export interface NodeInfo {
  /** Its public key, 66 hex digits. */
  readonly pubkey: string | undefined;
  /** Its name, harmless to whoever reads it. */
  readonly alias: string;
  /** Such as `0.20.1-beta`, with its commit. */
  readonly version: string | undefined;
  /** Which bitcoin it is on, by lnd's name, such as `mainnet`; undefined if it is on none. */
  readonly network: string | undefined;
  readonly height: number;
  /** Whether it has caught up with its chain. */
  readonly synced: boolean;
}

/** The longest name that a node can have (BOLT 7), characters. */
const MOST_ALIAS = 32;

/** `GetInfoResponse` of `lightning.proto`. */
interface GetInfo {
  readonly identity_pubkey: string;
  readonly alias: string;
  readonly version: string;
  readonly chains: readonly { readonly chain: string; readonly network: string }[];
  readonly block_height: number;
  readonly synced_to_chain: boolean;
}

/** Asks a node about itself. Rejects with gRPC's error, as it does while its wallet is locked. */
export async function infoOf(lnd: AuthenticatedLnd, over: AbortSignal): Promise<NodeInfo> {
  const told = await rpc<GetInfo>(lnd.default, 'getInfo', {}, over);
  const { identity_pubkey: pubkey, chains } = told;
  return {
    pubkey: /^0[23][0-9a-f]{64}$/.test(pubkey) ? pubkey : undefined,
    alias: harmless(told.alias).slice(0, MOST_ALIAS),
    version: saidVersion(told.version),
    network: chains.find(({ chain }) => chain === 'bitcoin')?.network,
    height: told.block_height,
    synced: told.synced_to_chain,
  };
}
