import { SECOND, TollkeeperError } from '../../base/index.ts';
import { type NodeLine, rpc } from '../../node/index.ts';
import type { Receipt } from '../../paywall/settlement.ts';
import { demand } from './ask.ts';
import { type LndInvoice, receiptOf } from './invoice.ts';

/** Invoices in one answer: with their payments, some kB each. */
const PAGE = 250;
/** How long one answer may take, ms. */
const PAGE_MS: number = 15 * SECOND;

interface Page {
  readonly invoices: readonly LndInvoice[];
  readonly first_index_offset: string;
  readonly last_index_offset: string;
}

/** The first receipt that a node ever had, if it had any. Rejects with `wallet_unavailable`. */
export async function firstReceipt(
  line: NodeLine,
  signal: AbortSignal,
): Promise<Receipt | undefined> {
  let first: Receipt | undefined;
  for await (const receipt of listed(line, 'oldest', signal)) {
    if (first === undefined || receipt.index < first.index) first = receipt;
    if (first.index === 1n) break;
  }
  return first;
}

/** Whether a node has had so many receipts: one whose wallet was restored begins to count anew. As above. */
export async function hasReceived(
  line: NodeLine,
  index: bigint,
  signal: AbortSignal,
): Promise<boolean> {
  for await (const receipt of listed(line, 'newest', signal)) {
    if (receipt.index >= index) return true;
  }
  return false;
}

/** The receipts of all invoices, by when these were made, page after page until the end or until `signal` aborts. */
async function* listed(
  line: NodeLine,
  begin: 'oldest' | 'newest',
  signal: AbortSignal,
): AsyncGenerator<Receipt> {
  const reversed = begin === 'newest';
  for (let offset: string | undefined = '0'; offset !== undefined && !signal.aborted; ) {
    const request = { index_offset: offset, num_max_invoices: PAGE, reversed };
    const page = await demand(line, PAGE_MS, (lnd, over) =>
      rpc<Page>(lnd.default, 'listInvoices', request, over),
    );
    yield* page.invoices.map(receiptOf).filter(receipt => receipt !== undefined);
    offset = nextOf(page, reversed, offset);
  }
}

/** Where the next page begins; undefined after the last. */
function nextOf(page: Page, reversed: boolean, offset: string): string | undefined {
  if (page.invoices.length < PAGE) return undefined;
  const next = reversed ? page.first_index_offset : page.last_index_offset;
  // Nothing is before the first of all invoices, and lnd takes an offset of 0 for none.
  if (reversed && BigInt(next) <= 1n) return undefined;
  if (next === offset) throw new TollkeeperError('wallet_unavailable', 'The list has no end.');
  return next;
}
