import type { AuthenticatedLnd } from 'ln-service';
import type { Network } from '../../l402/index.ts';
import { rpc } from '../../node/index.ts';

/** What a node says of itself, as far as payments depend on it. */
export interface Self {
  /** Its public key, 66 hex digits. */
  readonly id: string;
  /** Undefined for a chain that has no invoices. */
  readonly network: Network | undefined;
  /** Whether it has caught up with its chain. */
  readonly synced: boolean;
}

/** The BOLT11 prefix of each network, by lnd's names. */
const PREFIXES: Readonly<Record<string, Network>> = {
  mainnet: 'bc',
  testnet: 'tb',
  testnet4: 'tb',
  signet: 'tbs',
  regtest: 'bcrt',
  simnet: 'sb',
};

interface Info {
  readonly identity_pubkey: string;
  readonly synced_to_chain: boolean;
  readonly chains: readonly { readonly chain: string; readonly network: string }[];
}

/** Asks a node about itself; rejects with gRPC's error, as it does while its wallet is locked. */
export async function selfOf(lnd: AuthenticatedLnd, over: AbortSignal): Promise<Self> {
  const info = await rpc<Info>(lnd.default, 'getInfo', {}, over);
  const { identity_pubkey: id, synced_to_chain: synced } = info;
  const bitcoin = info.chains.find(({ chain }) => chain === 'bitcoin');
  return { id, synced, network: PREFIXES[bitcoin?.network ?? ''] };
}

/** Whether payments may be handed to the node: it is of the network that the settings name, and sees its chain. */
export function isReady(self: Self, network: Network): boolean {
  return self.synced && self.network === network;
}
