import { msat, SECOND } from '../../src/base/index.ts';
import type { Method } from './lightning.ts';
import type { Node } from './node.ts';
import type { Stream } from './router.ts';
import { Refusal, STATUS } from './wire.ts';

/** An invoice that the node was asked to make. */
export interface AddedInvoice {
  readonly hash: string;
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** Seconds. */
  readonly expiry: number;
  readonly isPrivate: boolean;
}

/** How often it is looked whether anything was paid, ms. */
const LOOK_MS = 10;
/** `MaxMemoSize` of lnd, bytes, and the longest life of an invoice, s. */
const MOST_MEMO = 1024;
const LONGEST = 365 * 24 * 60 * 60;

/** The methods of `lnrpc.Lightning` that make and find invoices, as lnd v0.20 has them. */
export const INVOICES: Readonly<Record<string, Method>> = {
  addInvoice: { right: 'invoices:write', answer: add },
  lookupInvoice: {
    right: 'invoices:read',
    async answer(node, { r_hash }) {
      const hash = Buffer.from(r_hash as Uint8Array).toString('hex');
      if (hash.length !== 64) {
        const size = hash.length / 2;
        throw new Refusal(`payment hash must be exactly 32 bytes, is instead ${size}`);
      }
      await node.books.refresh();
      const at = node.added.findIndex(invoice => invoice.hash === hash);
      if (at < 0) throw new Refusal('unable to locate invoice', STATUS.NOT_FOUND);
      return messageOf(node, at);
    },
  },
  listInvoices: { right: 'invoices:read', answer: list },
};

async function add(node: Node, request: Record<string, unknown>): Promise<object> {
  const { memo, private: isPrivate } = request as { memo: string; private: boolean };
  const size = Buffer.byteLength(memo);
  if (size > MOST_MEMO) {
    throw new Refusal(`memo too large: ${size} bytes (maxsize=${MOST_MEMO})`);
  }
  const expiry = Number(request.expiry) || 3600;
  if (expiry > LONGEST) {
    throw new Refusal(`expiry of ${expiry} seconds greater than max expiry of ${LONGEST} seconds`);
  }
  const { invoice: text, paymentHash: hash } = await node.books.issuer.issue({
    amount: msat(BigInt(request.value_msat as string)),
    description: memo,
    ttlMs: expiry * SECOND,
  });
  const createdAt = node.clock.now();
  const add_index = node.added.push({ hash, text, createdAt, expiry, isPrivate });
  return { r_hash: Buffer.from(hash, 'hex'), payment_request: text, add_index };
}

/** A page as lnd's paginator finds it: the offset is left out, and 0 is no offset. */
async function list(node: Node, request: Record<string, unknown>): Promise<object> {
  await node.books.refresh();
  const offset = Number(request.index_offset);
  const most = Number(request.num_max_invoices) || 100;
  const all = node.added.map((_, at) => messageOf(node, at));
  const page = request.reversed
    ? all.slice(0, offset === 0 ? all.length : offset - 1).slice(-most)
    : all.slice(offset).slice(0, most);
  return {
    invoices: page,
    first_index_offset: page[0]?.add_index ?? 0,
    last_index_offset: page.at(-1)?.add_index ?? 0,
  };
}

/** `SubscribeInvoices`: whoever begins at 0 is told nothing of the past, and some things are told twice. */
export async function subscribeInvoices(node: Node, call: Stream): Promise<void> {
  const tell = async (invoice: object) => call.write(await node.mangle('subscribe', invoice));
  const since = Number(call.request.settle_index);
  const isNews = await settledAfter(node, 0);
  let told = { added: node.added.length, newest: isNews.at(-1)?.settle_index ?? 0 };
  const backlog = since === 0 ? [] : await settledAfter(node, since);
  // lnd remembers what it sent at once, but not what it sent of the past.
  for (const invoice of [...backlog, ...backlog.slice(-1)]) await tell(invoice);
  while (!call.cancelled) {
    const settled = await settledAfter(node, told.newest);
    for (let at = told.added; at < node.added.length; at += 1) await tell(messageOf(node, at));
    for (const invoice of settled.filter(each => each.settle_index > since)) await tell(invoice);
    told = { added: node.added.length, newest: settled.at(-1)?.settle_index ?? told.newest };
    await node.clock.after(LOOK_MS);
  }
  call.end();
}

async function settledAfter(node: Node, index: number) {
  await node.books.refresh();
  return node.added
    .map((_, at) => messageOf(node, at))
    .filter(each => each.settle_index > index)
    .toSorted((a, b) => a.settle_index - b.settle_index);
}

/** `CreateRPCInvoice` of what is on record. */
function messageOf(node: Node, at: number) {
  const { hash, text, createdAt, expiry, isPrivate } = node.added[at]!;
  const receipt = node.books.receipt(hash);
  const isOver = createdAt + expiry * SECOND <= node.clock.now();
  const state = isOver && node.books.row(hash) === undefined ? 'CANCELED' : 'OPEN';
  return {
    r_hash: Buffer.from(hash, 'hex'),
    payment_request: text,
    creation_date: Math.floor(createdAt / SECOND),
    expiry,
    private: isPrivate,
    add_index: at + 1,
    state: receipt === undefined ? state : 'SETTLED',
    amt_paid_msat: String(receipt?.amount ?? 0n),
    settle_date: Math.floor(Number(receipt?.at ?? 0n) / SECOND),
    settle_index: receipt === undefined ? 0 : Number(receipt.number) - node.forgotten,
  };
}
