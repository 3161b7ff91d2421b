import type { Readable } from 'node:stream';
import type { AuthenticatedLnd } from 'ln-service';
import { type Clock, SECOND, TollkeeperError } from '../../base/index.ts';
import type { NodeLine } from '../../node/index.ts';
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

type Stream = Readable & { cancel(): void };

/**
 * lnd's receipts after an index: those that it has, then each as it comes, until `signal` aborts. After 0 it is only
 * those that come. Throws `wallet_unavailable` once the node is lost or another.
 */
export async function* subscribed(
  subscriber: Subscriber,
  since: bigint,
  signal: AbortSignal,
): AsyncGenerator<Receipt> {
  const { stream, on } = await open(subscriber, since);
  const ended = new AbortController();
  const cancel = (): void => stream.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  void watch(subscriber, { stream, on }, ended.signal);
  try {
    let last = since;
    for await (const invoice of stream as AsyncIterable<LndInvoice>) {
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
    signal.removeEventListener('abort', cancel);
    cancel();
  }
}

interface Opened {
  readonly stream: Stream;
  /** The connection that it is on. */
  readonly on: AuthenticatedLnd;
}

async function open({ line, node }: Subscriber, since: bigint): Promise<Opened> {
  return demand(line, LOOK_MS, async (on, over) => {
    const { id } = await selfOf(on, over);
    if (id !== node) throw new Error('It is another node by now.');
    over.throwIfAborted();
    const stream: Stream = on.default.subscribeInvoices({ settle_index: String(since) });
    // It stays for good: a stream that is broken off ends with an error, and nobody else would take it.
    stream.on('error', () => undefined);
    return { stream, on };
  });
}

/** Breaks a stream off once its connection is dead, or was given up for a new one. */
async function watch(
  { line, clock, node }: Subscriber,
  { stream, on }: Opened,
  ended: AbortSignal,
): Promise<void> {
  for (;;) {
    await clock.after(BEAT_MS, ended);
    if (ended.aborted) return;
    const answer = await ask(
      line,
      LOOK_MS,
      async (lnd, over) => lnd === on && (await selfOf(lnd, over)).id === node,
    );
    if (!answer.ok || !answer.value) stream.destroy(new Error('The connection is lost.'));
  }
}
