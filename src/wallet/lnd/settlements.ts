import { type Log, MINUTE, SECOND, TollkeeperError } from '../../base/index.ts';
import type { Receipt } from '../../paywall/settlement.ts';
import { firstReceipt, hasReceived } from './received.ts';
import { type Subscriber, subscribed } from './subscription.ts';

/** Whose receipts are told, until `closing` aborts. */
export interface Source extends Subscriber {
  readonly log: Log;
  readonly closing: AbortSignal;
}

/**
 * The receipts after an index, as the port promises them. lnd itself tells nothing of the past to whoever begins at
 * 0, so the first that it ever had is looked for in its list, and from there on it tells all.
 */
export async function* settlements(
  source: Source,
  since: bigint,
  signal: AbortSignal,
): AsyncGenerator<Receipt> {
  const over = AbortSignal.any([signal, source.closing]);
  let last = await startOf(source, since, over);
  if (last === 0n) {
    const first = await theFirst(source, over);
    if (first !== undefined) yield first;
    last = first?.index ?? 0n;
  }
  if (!over.aborted) yield* subscribed(source, last, over);
  if (!signal.aborted) throw new TollkeeperError('wallet_unavailable', 'It is closed.');
}

/** Where to go on. After an index that it never came to, a node whose wallet was restored would keep silent for long. */
async function startOf({ line, log }: Source, since: bigint, over: AbortSignal): Promise<bigint> {
  if (since === 0n || (await hasReceived(line, since, over)) || over.aborted) return since;
  log.warn({ since: `${since}` }, 'The node counts its receipts anew, and is read from the first.');
  return 0n;
}

/** Waits for the first receipt; undefined once `over` aborts. */
async function theFirst(source: Source, over: AbortSignal): Promise<Receipt | undefined> {
  // A receipt between the look and the subscription rings no bell: the next look finds it.
  for (let wait: number = SECOND; !over.aborted; wait = Math.min(2 * wait, MINUTE)) {
    const first = await firstReceipt(source.line, over);
    if (first !== undefined) return first;
    await bell(source, wait, over);
  }
  return undefined;
}

/** Resolves when anything is received, and after `ms` at the latest. */
async function bell(source: Source, ms: number, over: AbortSignal): Promise<void> {
  const { clock } = source;
  const enough = new AbortController();
  const until = AbortSignal.any([over, enough.signal]);
  void clock.after(ms, until).then(() => enough.abort());
  for await (const _ of subscribed(source, 0n, until)) break;
  enough.abort();
}
