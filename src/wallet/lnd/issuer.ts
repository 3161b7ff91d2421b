import { type Clock, type Log, SECOND, TollkeeperError } from '../../base/index.ts';
import { decodeOwnInvoice, type Network } from '../../l402/index.ts';
import { failureOf, type NodeLine, rpc, STATUS } from '../../node/index.ts';
import type { InvoiceIssuer, InvoiceOrder, IssuedInvoice, Standing } from '../../paywall/issuer.ts';
import { demand } from './ask.ts';
import { type LndInvoice, standingOf } from './invoice.ts';
import { selfOf } from './self.ts';
import { settlements } from './settlements.ts';

/** How long lnd may take to make an invoice or to find one, ms. */
const ANSWER_MS: number = 5 * SECOND;

/** What an issuer of lnd works with. */
export interface LndIssuerParts {
  /** Hung up with the issuer. */
  readonly line: NodeLine;
  /** The network that the settings name: on no other is anything sold. */
  readonly network: Network;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Opens the seller's side of an lnd, ours or a remote one, whose indexes count for its public key. Its macaroon has to
 * grant the methods of the `seller` role. Rejects with `wallet_unavailable`, its line hung up.
 */
export async function openLndIssuer(parts: LndIssuerParts): Promise<InvoiceIssuer> {
  const { line, network } = parts;
  const { id: node, ...self } = await demand(line, ANSWER_MS, selfOf).catch(thrown => {
    line.close();
    throw thrown;
  });
  if (node === undefined || self.network !== network) {
    line.close();
    throw unavailable('The node is of another network than the settings name, or has no key.');
  }
  const closing = new AbortController();
  const whileOpen = <T>(work: () => T): T => {
    if (closing.signal.aborted) throw unavailable('It is closed.');
    return work();
  };
  return {
    node,
    real: network === 'bc',
    issue: async order => whileOpen(() => issue(parts, order)),
    lookUp: async hash => whileOpen(() => lookUp(parts, hash)),
    settlements(since, signal) {
      return settlements({ ...parts, node, closing: closing.signal }, since, signal);
    },
    async close() {
      closing.abort();
      line.close();
    },
  };
}

interface Added {
  readonly r_hash: Uint8Array;
  readonly payment_request: string;
}

async function issue(
  { line, network }: LndIssuerParts,
  order: InvoiceOrder,
): Promise<IssuedInvoice> {
  const request = {
    memo: order.description,
    value_msat: String(order.amount),
    expiry: String(Math.floor(order.ttlMs / SECOND)),
    // Nobody finds a way to channels that the network was not told of; lnd gives none for those that it was.
    private: true,
  };
  const { r_hash, payment_request: text } = await demand(line, ANSWER_MS, (lnd, over) =>
    rpc<Added>(lnd.default, 'addInvoice', request, over),
  );
  const decoded = decodeOwnInvoice(text);
  const paymentHash = Buffer.from(r_hash).toString('hex');
  // A token is bound to this hash, and a buyer pays what the text says: both have to be what was ordered.
  if (!decoded.ok || decoded.value.paymentHash !== paymentHash) throw nonsense();
  const { network: named, amount, expiresAt } = decoded.value;
  if (named !== network || amount !== order.amount) throw nonsense();
  return { invoice: text, paymentHash, expiresAt };
}

async function lookUp({ line, clock }: LndIssuerParts, hash: string): Promise<Standing> {
  const request = { r_hash: Buffer.from(hash, 'hex') };
  const invoice = await demand(line, ANSWER_MS, async (lnd, over) => {
    try {
      return await rpc<LndInvoice>(lnd.default, 'lookupInvoice', request, over);
    } catch (thrown) {
      if (failureOf(thrown).status === STATUS.NOT_FOUND) return undefined;
      throw thrown;
    }
  });
  if (invoice === undefined) return { status: 'not_found' };
  return standingOf(invoice, hash, clock.now());
}

function unavailable(detail: string): TollkeeperError {
  return new TollkeeperError('wallet_unavailable', detail);
}

function nonsense(): TollkeeperError {
  return unavailable('The node made another invoice than was ordered.');
}
