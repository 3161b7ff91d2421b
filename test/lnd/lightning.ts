import type { Right } from './authority.ts';
import { type Node, recordOf } from './node.ts';
import { Refusal } from './wire.ts';

/** A method that answers once, and the right that it needs. */
export interface Method {
  readonly right: Right;
  answer(node: Node, request: Record<string, unknown>): Promise<object> | object;
}

const NETWORKS: Readonly<Record<Node['network'], string>> = {
  bc: 'mainnet',
  tb: 'testnet',
  tbs: 'signet',
  bcrt: 'regtest',
  sb: 'simnet',
};

/** What our side of each channel has to keep, sats; and what is on our side of one whose peer is away. */
const RESERVE = 10_000n;
const AWAY = 50_000n;

/** The methods of `lnrpc.Lightning` that our code calls. */
export const LIGHTNING: Readonly<Record<string, Method>> = {
  getInfo: {
    right: 'info:read',
    answer: ({ condition, network }) => ({
      identity_pubkey: `02${'ab'.repeat(32)}`,
      version: '0.20.1-beta commit=fake',
      synced_to_chain: condition === 'active',
      chains: [{ chain: 'bitcoin', network: NETWORKS[network] }],
    }),
  },
  channelBalance: {
    right: 'offchain:read',
    async answer({ books }) {
      const { balance } = await books.wallet.status();
      const msat = balance + (RESERVE + AWAY) * 1000n;
      return { local_balance: { sat: String(msat / 1000n), msat: String(msat) } };
    },
  },
  listChannels: {
    right: 'offchain:read',
    async answer({ books }) {
      const { balance } = await books.wallet.status();
      const local_constraints = { chan_reserve_sat: String(RESERVE) };
      const ours = String(balance / 1000n + RESERVE);
      return {
        channels: [
          { active: true, local_balance: ours, local_constraints },
          { active: false, local_balance: String(AWAY - 1n), local_constraints },
        ],
      };
    },
  },
  queryRoutes: { right: 'info:read', answer: findRoute },
  listPayments: { right: 'offchain:read', answer: list },
};

/** The way of the newest payment of that amount that failed for want of a cheap one. */
function findRoute({ books }: Node, { amt_msat, fee_limit }: Record<string, unknown>): object {
  const limit = BigInt((fee_limit as { fixed_msat?: string } | null)?.fixed_msat ?? 0);
  const row = books.rows().findLast(({ amount }) => String(amount) === amt_msat);
  if (row?.code !== 'FEE_LIMIT' || row.fee > limit) {
    throw new Refusal('unable to find a path to destination');
  }
  return { routes: [{ total_fees_msat: String(row.fee) }] };
}

async function list(node: Node, request: Record<string, unknown>): Promise<object> {
  await node.books.refresh();
  const start = BigInt(request.creation_date_start as string) * 1000n;
  const offset = Number(request.index_offset);
  const most = Number(request.max_payments) || 100;
  const page = node.books
    .rows()
    .map((row, index) => ({ row, index: index + 1 }))
    .filter(({ row, index }) => index > offset && row.at >= start)
    .filter(({ row }) => request.include_incomplete || row.state === 'settled')
    .slice(0, most);
  return {
    payments: page.map(({ row }) => recordOf(node, row)),
    first_index_offset: page[0]?.index ?? 0,
    last_index_offset: page.at(-1)?.index ?? 0,
  };
}
