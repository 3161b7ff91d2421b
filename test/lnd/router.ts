import type { ServerWritableStream } from '@grpc/grpc-js';
import { type Msat, msat } from '../../src/base/index.ts';
import { decodeInvoice, type Invoice } from '../../src/l402/index.ts';
import type { Row } from './books.ts';
import { type Node, recordOf } from './node.ts';
import { Refusal, STATUS } from './wire.ts';

/** A call whose answers come one after the other. */
export type Stream = ServerWritableStream<Record<string, unknown>, object>;

/** How often a payment under way is looked at, ms. */
const LOOK_MS = 10;

/** Payments that are recorded and not tried yet. */
const initiated = new WeakMap<Node, Set<string>>();

/** `Router.SendPaymentV2` of lnd v0.20: refuses, or records the payment, tries it and tells of it. */
export async function sendPayment(node: Node, call: Stream): Promise<void> {
  node.requests.push(call.request);
  if (node.refuses !== undefined) throw new Refusal(node.refuses);
  const invoice = readInvoice(node, call.request);
  const { paymentHash: hash, text } = invoice;
  init(node, hash);
  node.invoices.set(hash, text);
  node.orders.set(hash, (node.orders.get(hash) ?? 0) + 1);
  if (node.unroutable.has(hash)) await node.books.sandbox.setBehaviour({ kind: 'fail' }, hash);
  const amount = invoice.amount as Msat;
  const feeLimit = msat(BigInt(call.request.fee_limit_msat as string));
  const outcome = await node.books.begin({ paymentHash: hash, invoice: text, amount, feeLimit });
  initiated.get(node)?.delete(hash);
  if (outcome.kind === 'unknown') {
    if (outcome.cause === 'unreachable') node.lose();
    return;
  }
  const at = node.books.row(hash)?.at ?? 0n;
  call.write(await node.mangle('sendPaymentV2', recordOf(node, { hash, amount, at })));
  await tell(node, call, hash, 'sendPaymentV2');
}

/** `Router.TrackPaymentV2` of lnd v0.20. */
export async function trackPayment(node: Node, call: Stream): Promise<void> {
  const hash = Buffer.from(call.request.payment_hash as Uint8Array).toString('hex');
  if (hash.length !== 64) throw new Refusal(`invalid hash length of ${hash.length / 2}, want 32`);
  if (node.books.row(hash) === undefined && !initiated.get(node)?.has(hash)) {
    throw new Refusal("payment isn't initiated", STATUS.NOT_FOUND);
  }
  if (node.books.row(hash)?.state === 'in_flight') await node.looked(hash);
  await tell(node, call, hash, 'trackPaymentV2');
}

/** What `extractIntentFromSendRequest` makes of a request, and its refusals in its words. */
function readInvoice(node: Node, request: Record<string, unknown>): Invoice {
  const invoice = decodeInvoice(request.payment_request as string);
  if (!invoice.ok) throw new Refusal('invalid index of 1');
  const { network, amount, expiresAt } = invoice.value;
  if (network !== node.network) {
    throw new Refusal("invoice not for current active network 'regtest'");
  }
  if (node.clock.now() > expiresAt) {
    throw new Refusal(`invoice expired. Valid until ${new Date(expiresAt).toISOString()}`);
  }
  if (amount === undefined) {
    throw new Refusal('amount must be specified when paying a zero amount invoice');
  }
  return invoice.value;
}

const EXISTS: Readonly<Partial<Record<Row['state'], string>>> = {
  in_flight: 'payment is in transition',
  settled: 'invoice is already paid',
};

/** `InitPayment`: a hash is paid once; only one whose payment failed may begin anew. */
function init(node: Node, hash: string): void {
  const fresh = initiated.get(node) ?? new Set();
  initiated.set(node, fresh);
  const row = node.books.row(hash);
  const exists = fresh.has(hash) ? 'payment already exists' : row && EXISTS[row.state];
  if (exists) throw new Refusal(exists, STATUS.ALREADY_EXISTS);
  fresh.add(hash);
  if (row) node.books.forget(hash);
}

/** Tells what becomes of a payment until it has ended or nobody listens. */
async function tell(node: Node, call: Stream, hash: string, method: string): Promise<void> {
  let told: Row['state'] | undefined;
  while (!call.cancelled) {
    await node.books.refresh();
    const row = node.books.row(hash);
    if (row !== undefined && row.state !== told) {
      told = row.state;
      call.write(await node.mangle(method, recordOf(node, row)));
    }
    if (told === 'settled' || told === 'failed') break;
    await node.clock.after(LOOK_MS);
  }
  call.end();
}
