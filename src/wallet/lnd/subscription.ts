import type { AuthenticatedLnd } from 'ln-service';
import { type Clock, SECOND, TollkeeperError } from '../../base/index.ts';
import { type NodeLine, type RpcStream, stream } from '../../node/index.ts';
import type { Receipt } from '../../paywall/settlement.ts';
import { ask, demand } from './ask.ts';
import { type LndInvoice, receiptOf } from './invoice.ts';
import { selfOf } from './self.ts';

/** Whose receipts are followed, and how. */
export interface Subscriber {
  readonly line: NodeLine;
  readonly clock: Clock;
  /** The public key of the node whose indexes they are. */
  readonly node: string;
}

/** How long a subscription may take to be made, and a look at the node, ms. */
const LOOK_MS: number = 5 * SECOND;
/** How often the node is looked at while nobody pays, ms: a connection that died in silence gives no sign. */
const BEAT_MS: number = 30 * SECOND;

/**
 * lnd's receipts after an index: those that it has, then each as it comes, until `signal` aborts. After 0 it is only
 * those that come. Throws `wallet_unavailable` once the node is lost or another.
 */
export async function* subscribed(
  subscriber: Subscriber,
  since: bigint,
  signal: AbortSignal,
): AsyncGenerator<Receipt> {
  const ended = new AbortController();
  const over = AbortSignal.any([signal, ended.signal]);
  try {
    const opened = await open(subscriber, since, over);
    void watch(subscriber, opened, over);
    let last = since;
    for await (const invoice of opened.invoices as AsyncIterable<LndInvoice>) {
      const receipt = receiptOf(invoice);
      // What is settled while lnd sends what it has may come twice; and it tells of new invoices too.
      if (receipt === undefined || receipt.index <= last) continue;
      last = receipt.index;
      yield receipt;
    }
    if (!signal.aborted)
      throw new TollkeeperError('wallet_unavailable', 'The node ended the call.');
  } catch (cause) {
    if (!signal.aborted) throw new TollkeeperError('wallet_unavailable', undefined, { cause });
  } finally {
    ended.abort();
  }
}

interface Opened {
  readonly invoices: RpcStream;
  /** The connection that it is on. */
  readonly on: AuthenticatedLnd;
}

async function open({ line, node }: Subscriber, since: bigint, over: AbortSignal): Promise<Opened> {
  return demand(line, LOOK_MS, async (on, late) => {
    const { id } = await selfOf(on, late);
    if (id !== node) throw new Error('It is another node by now.');
    late.throwIfAborted();
    const request = { settle_index: String(since) };
    return { invoices: stream(on.default, 'subscribeInvoices', request, over), on };
  });
}

/** Breaks a stream off once its connection is dead, or was given up for a new one. */
async function watch(
  { line, clock, node }: Subscriber,
  { invoices, on }: Opened,
  over: AbortSignal,
): Promise<void> {
  for (;;) {
    await clock.after(BEAT_MS, over);
    if (over.aborted) return;
    const answer = await ask(
      line,
      LOOK_MS,
      async (lnd, late) => lnd === on && (await selfOf(lnd, late)).id === node,
    );
    if (!answer.ok || !answer.value) invoices.destroy(new Error('The connection is lost.'));
  }
}
