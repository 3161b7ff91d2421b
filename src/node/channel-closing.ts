import { type Result, refuse, SECOND } from '../base/index.ts';
import { type Channel, listChannels } from './channel.ts';
import type { Call } from './line.ts';
import type { Operator, Saying } from './operator.ts';
import { stream } from './rpc.ts';

/** How long the other side may take to agree to a closing, ms. */
const PEER_MS: number = 60 * SECOND;

/** In how many blocks a closing that both sides agree to is to be confirmed. */
const SOON_BLOCKS = 6;

/** What lnd v0.20 says to a closing (`rpcserver.go`). */
const CLOSINGS: readonly Saying[] = [
  [/peer is offline/, 'The other node is not connected; only --force closes it now.'],
  [/active htlcs/, 'A payment is on its way in it; wait until that has ended.'],
  [/already in the process of being force closed/, 'It is being closed by force already.'],
  [
    /cannot close channel with state/,
    'It was restored from a backup: only its other side closes it.',
  ],
];

const UNSURE =
  'Whether it is being closed is not known: look at `tollkeeper node channel list`, and run this again if not.';

/** Those that are on their way out. */
const CLOSING: readonly Channel['state'][] = ['closing', 'closing by force', 'waiting to close'];

/** Closes a channel, with the other side or by force; the transaction that does it. */
export async function closeChannel(
  operator: Operator,
  point: string,
  force: boolean,
): Promise<Result<string>> {
  const [, transaction = '', output = ''] = /^([0-9a-f]{64}):(\d{1,5})$/.exec(point) ?? [];
  if (transaction === '') {
    return refuse('invalid_input', 'A channel is named by transaction:output.');
  }
  const listed = await listChannels(operator);
  if (!listed.ok) return listed;
  const channel = listed.value.find(one => one.point === point);
  if (channel === undefined) return refuse('node_refused', 'There is no such channel.');
  // By force it goes on where the other side does not do its part.
  if (!force && CLOSING.includes(channel.state)) {
    return refuse('node_refused', 'It is being closed already.');
  }
  // Transactions are shown with their bytes the other way round.
  const funding_txid_bytes = Buffer.from(transaction, 'hex').reverse();
  const request = {
    channel_point: { funding_txid_bytes, output_index: Number(output) },
    force,
    ...(force ? {} : { target_conf: SOON_BLOCKS }),
  };
  const asking = { ms: PEER_MS, known: CLOSINGS, unsure: UNSURE };
  return operator.call(closingBy(request), asking);
}

/** One of the updates that lnd goes on to tell until a channel is closed. */
interface Update {
  readonly close_pending: { readonly txid: Buffer } | null;
}

/** Begins a closing, and hears of its transaction. */
function closingBy(request: object): Call<string> {
  return async (lnd, over) => {
    const told = stream(lnd.default, 'closeChannel', request, over);
    try {
      for await (const { close_pending } of told as AsyncIterable<Update>) {
        if (close_pending) return Buffer.from(close_pending.txid).reverse().toString('hex');
      }
    } finally {
      told.cancel();
    }
    throw new Error('lnd ended the call.');
  };
}
