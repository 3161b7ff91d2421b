import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ok, type Result, refuse } from '../base/index.ts';
import { createFile, readIfThere } from '../secrets/index.ts';
import type { NodePlace } from './place.ts';

/**
 * Makes sure that a directory is of its node's network, marking a new one. Refused with `network_mismatch`, and then
 * nothing is touched: directories can be copied and moved, and a wallet of real money is no test wallet.
 */
export async function checkMarker(place: NodePlace): Promise<Result<void>> {
  const path = join(place.root, 'node.json');
  const text = await readIfThere(path);
  const network = text === undefined ? await foundNetwork(place) : networkIn(text);
  if (network !== undefined && network !== place.network) {
    return refuse('network_mismatch', `${place.root} is not of a node on ${place.network}.`);
  }
  if (text === undefined) await createFile(path, `${JSON.stringify({ network: place.network })}\n`);
  return ok(undefined);
}

/** A damaged marker is of no network that could be started. */
function networkIn(text: Buffer): unknown {
  try {
    return JSON.parse(text.toString()).network ?? null;
  } catch {
    return null;
  }
}

/** lnd's own names of directories. */
const CHAINS: readonly string[] = ['mainnet', 'testnet', 'testnet4', 'signet', 'simnet', 'regtest'];

/** The network of which lnd has a chain there, where nobody marked it. */
async function foundNetwork(place: NodePlace): Promise<string | undefined> {
  const chains: string[] = await readdir(join(place.data, 'chain', 'bitcoin')).catch(() => []);
  return chains.includes(place.network) ? undefined : chains.find(name => CHAINS.includes(name));
}
