import { ok, type Result, SECOND } from '../base/index.ts';
import type { Operator, Saying } from './operator.ts';

/** A channel that is to be opened. */
export interface Opening {
  /** The other node: its public key in hex, and `host:port` where it is reached, if it is not connected yet. */
  readonly pubkey: string;
  readonly host: string | undefined;
  readonly sats: number;
  /** Given to the other side at once. */
  readonly pushSats: number;
  /** On-chain fee in sats per virtual byte; lnd's own estimate if left out. */
  readonly feeRate: number | undefined;
  /** Not told to the network. */
  readonly isPrivate: boolean;
}

/** How long a peer may take to be reached, and to agree to a channel, ms. */
const PEER_MS: number = 30 * SECOND;

const CONNECTED = 'It is connected already.';

/** What lnd v0.20 says when it is to connect (`rpcserver.go`, `server.go`), for it has no codes. */
const MEETINGS: readonly Saying[] = [
  [/already connected to peer/, CONNECTED],
  [/connection to self/, 'That is this node itself.'],
  [/invalid public key|malformed public key/, 'That is no public key of a node.'],
  [/EOF|connection reset/, 'Another node answers at this address, or it does not want to talk.'],
  [
    /connection refused|i\/o timeout|deadline exceeded|no route to host|no such host|unreachable/,
    'The other node cannot be reached.',
  ],
];

/** And when it is to open a channel (`rpcserver.go`, `funding/manager.go`, `lnwallet`, `lnwire/error.go`). */
const OPENINGS: readonly Saying[] = [
  [/not enough witness outputs/, 'There is not enough confirmed money on-chain.'],
  [/before the wallet is fully synced/, 'It has not caught up with the chain.'],
  [/is not online|disconnected/, 'The other node is not connected.'],
  [/channel to self/, 'That is this node itself.'],
  [/channel is too small/, 'A channel has to be of 20,000 sats at least.'],
  [/funding amount is too large/, 'A channel can be of 16,777,215 sats at most.'],
  [/below min chan size/, 'The other node wants larger channels.'],
  [/exceeds maximum chan size/, 'The other node wants smaller channels.'],
  [
    /amount pushed to remote peer|funder balance too small/,
    'So much cannot be given to the other side: some of a channel has to stay on ours.',
  ],
  [/pending channels exceed maximum/, 'The other node waits for a channel to be confirmed first.'],
  [/Synchronizing blockchain/, 'The other node has not caught up with the chain.'],
  [/received funding error/, 'The other node does not want this channel.'],
];

const UNSURE =
  'Whether the channel is being opened is not known: look at `tollkeeper node channel list` before you try again.';

/** Connects to a node and asks it for a channel; the `transaction:output` that will fund it. */
export async function openChannel(operator: Operator, opening: Opening): Promise<Result<string>> {
  const met = await meet(operator, opening);
  if (!met.ok) return met;
  const request = {
    node_pubkey: Buffer.from(opening.pubkey, 'hex'),
    local_funding_amount: String(opening.sats),
    push_sat: String(opening.pushSats),
    private: opening.isPrivate,
    ...(opening.feeRate === undefined ? {} : { sat_per_vbyte: String(opening.feeRate) }),
  };
  const opened = await operator.ask<{ funding_txid_bytes: Buffer; output_index: number }>(
    'openChannelSync',
    request,
    { ms: 2 * PEER_MS, known: OPENINGS, unsure: UNSURE },
  );
  if (!opened.ok) return opened;
  const { funding_txid_bytes, output_index } = opened.value;
  // Transactions are shown with their bytes the other way round.
  return ok(`${Buffer.from(funding_txid_bytes).reverse().toString('hex')}:${output_index}`);
}

async function meet(operator: Operator, { pubkey, host }: Opening): Promise<Result<void>> {
  if (host === undefined) return ok(undefined);
  const request = { addr: { pubkey, host }, perm: false, timeout: String(PEER_MS / SECOND) };
  const met = await operator.ask('connectPeer', request, {
    ms: PEER_MS + 5 * SECOND,
    known: MEETINGS,
  });
  return met.ok || met.detail === CONNECTED ? ok(undefined) : met;
}
