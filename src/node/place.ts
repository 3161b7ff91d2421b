import { join } from 'node:path';

/** The networks that a node can be on, by lnd's own names for them. */
export type NodeNetwork = 'mainnet' | 'testnet' | 'signet' | 'regtest';

/** Where a node's files lie in the data directory. Each network has a directory of its own. */
export interface NodePlace {
  readonly network: NodeNetwork;
  readonly root: string;
  /** Written anew from the settings before each start. */
  readonly configuration: string;
  /** lnd's own: its databases are here, and nothing of ours. */
  readonly data: string;
  readonly logs: string;
  /** What lnd says before its log is open, such as a complaint about its configuration. */
  readonly output: string;
  readonly certificate: string;
  readonly certificateKey: string;
  /** The static channel backup, as lnd keeps it. */
  readonly channelBackup: string;
  /** Sealed: passwords and macaroons. */
  readonly secrets: string;
  /** The process that we started. */
  readonly run: string;
  /** What the keeper last saw, for whoever asks. */
  readonly state: string;
  /** Whether the node is wanted to run. */
  readonly wish: string;
  /** Held by the one process that has charge of the node. */
  readonly lock: string;
}

/** The places of a supervised node of a network, under the data directory. */
export function placeOf(home: string, network: NodeNetwork): NodePlace {
  const root = join(home, 'lnd', network);
  const at = (name: string) => join(root, name);
  return {
    network,
    root,
    configuration: at('lnd.conf'),
    data: at('data'),
    logs: at('logs'),
    output: at('logs/output.log'),
    certificate: at('tls.cert'),
    certificateKey: at('tls.key'),
    channelBackup: at(`data/chain/bitcoin/${network}/channel.backup`),
    secrets: at('secrets'),
    run: at('run.json'),
    state: at('state.json'),
    wish: at('wish.json'),
    lock: at('keeper.lock'),
  };
}

/** Where unpacked releases lie, each in a directory of its version and target. */
export function releasesOf(home: string): string {
  return join(home, 'lnd', 'releases');
}
