import { ok, type Result, refuse, SECOND } from '../base/index.ts';
import type { Operator, Saying } from './operator.ts';

/** A channel that is to be opened. */
export interface Opening {
  /** The other node: its public key in hex, and `host:port` where it is reached. */
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

/** What lnd v0.20 says to an opening (`funding/manager.go`, `rpcserver.go`, `lnwallet`), for it has no codes. */
const SAYINGS: readonly Saying[] = [
  [
    /not enough (witness )?outputs|insufficient funds/i,
    'There is not enough confirmed money on-chain.',
  ],
  [
    /channels cannot be created before the wallet is fully synced/i,
    'It has not caught up with the chain.',
  ],
  [/is not online|peer .*not connected|not connected to peer/i, 'The other node is not connected.'],
  [
    /below min chan size|channel is too small|chan size of/i,
    'The other node wants larger channels.',
  ],
  [
    /exceeds maximum chan size|larger than|is above the maximum/i,
    'The other node wants smaller channels.',
  ],
  [
    /pending channels exceed maximum|number of pending channels/i,
    'A channel to it is pending already.',
  ],
  [
    /connection refused|i\/o timeout|no route to host|no such host|EOF/i,
    'The other node cannot be reached.',
  ],
];

/** Connects to a node and asks it for a channel; the `transaction:output` that will fund it. */
export async function openChannel(operator: Operator, opening: Opening): Promise<Result<string>> {
  const met = opening.host === undefined ? ok(undefined) : await meet(operator, opening);
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
    { ms: 2 * PEER_MS, known: SAYINGS },
  );
  if (!opened.ok) return opened;
  const { funding_txid_bytes, output_index } = opened.value;
  // Transactions are shown with their bytes the other way round.
  return ok(`${Buffer.from(funding_txid_bytes).reverse().toString('hex')}:${output_index}`);
}

async function meet(operator: Operator, { pubkey, host }: Opening): Promise<Result<void>> {
  const request = { addr: { pubkey, host }, perm: false, timeout: String(PEER_MS / SECOND) };
  const met = await operator.ask('connectPeer', request, {
    ms: PEER_MS + 5 * SECOND,
    known: [[/already connected to peer/i, CONNECTED], ...SAYINGS],
  });
  return met.ok || met.detail === CONNECTED ? ok(undefined) : met;
}

const CONNECTED = 'It is connected already.';

/** What lnd says to a closing. */
const CLOSINGS: readonly Saying[] = [
  [/channel not found|unable to find channel|edge not found/i, 'There is no such channel.'],
  [
    /not online|cannot co-op close|link not found/i,
    'The other node is not connected; only --force closes it now.',
  ],
  [/already.*(closing|closed)|close already/i, 'It is being closed already.'],
  [/active HTLCs|channel has.*htlc/i, 'A payment is on its way in it; wait until that has ended.'],
];

/** Closes a channel, with the other side or by force; the transaction that does it. */
export async function closeChannel(
  operator: Operator,
  point: string,
  force: boolean,
): Promise<Result<string>> {
  const [, transaction = '', output = ''] = /^([0-9a-f]{64}):(\d{1,5})$/.exec(point) ?? [];
  if (transaction === '')
    return refuse('invalid_input', 'A channel is named by transaction:output.');
  const closed = await operator.call(
    async lnd => {
      const { default: service } = await import('ln-service');
      const { closeChannel: close } = service;
      const which = { lnd, transaction_id: transaction, transaction_vout: Number(output) };
      return force ? close({ ...which, is_force_close: true }) : close(which);
    },
    { ms: 2 * PEER_MS, known: CLOSINGS },
  );
  return closed.ok ? ok(closed.value.transaction_id) : closed;
}
