import type { AuthenticatedLnd } from 'ln-service';
import type { Network } from '../../l402/index.ts';
import { infoOf } from '../../node/index.ts';

/** What a node says of itself, as far as payments depend on it. */
export interface Self {
  /** Its public key, 66 hex digits; undefined where it says none. */
  readonly id: string | undefined;
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

/** Asks a node about itself; rejects with gRPC's error, as it does while its wallet is locked. */
export async function selfOf(lnd: AuthenticatedLnd, over: AbortSignal): Promise<Self> {
  const { pubkey, network, synced } = await infoOf(lnd, over);
  return { id: pubkey, synced, network: PREFIXES[network ?? ''] };
}

/** Whether payments may be handed to the node: it is of the network that the settings name, and sees its chain. */
export function isReady(self: Self, network: Network): boolean {
  return self.synced && self.network === network;
}
