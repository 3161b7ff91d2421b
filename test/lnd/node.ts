import type { Clock } from '../../src/base/index.ts';
import type { Network } from '../../src/l402/index.ts';
import type { Authority, Right } from './authority.ts';
import type { Books } from './books.ts';
import type { AddedInvoice } from './invoices.ts';
import { messageOf, type NewRow, type PaymentMessage } from './record.ts';
import { Refusal } from './wire.ts';

/** How the node is; all but the first two are before lnd's interface is open. */
export type Condition = 'active' | 'unsynced' | 'locked' | 'no wallet' | 'starting';

/** What the services of the fake share. */
export interface Node {
  readonly books: Books;
  readonly authority: Authority;
  readonly clock: Clock;
  /** The invoices that it was handed, by hash. */
  readonly invoices: Map<string, string>;
  /** The invoices that it was asked to make. */
  readonly added: AddedInvoice[];
  /** How many receipts are gone from its books: it counts anew from there, as one does whose wallet was restored. */
  forgotten: number;
  /** Its public key. */
  id: string;
  /** How often a payment was begun, by hash. */
  readonly orders: Map<string, number>;
  /** The hashes to which no way leads. */
  readonly unroutable: Set<string>;
  /** The calls that somebody still waits for. */
  readonly open: Set<object>;
  condition: Condition;
  /** What it says to whoever wants a payment sent, if it sends none. */
  refuses: string | undefined;
  network: Network;
  /** Every request to send a payment, admitted or not yet judged. */
  readonly requests: Record<string, unknown>[];
  /** Changes, or holds up, what is answered before it is sent. */
  mangle: (method: string, answer: object) => object | Promise<object>;
  /** Hears of every look at a payment that is under way. */
  looked: (hash: string) => Promise<void>;
  /** Loses the answer to whoever just handed it a payment. */
  lose(): void;
}

/** What lnd says before its interface is open: v0.20 `rpcperms/interceptor.go`. */
const CLOSED: Readonly<Partial<Record<Condition, string>>> = {
  locked: 'wallet locked, unlock it to enable full RPC access',
  'no wallet': 'wallet not created, create one to enable full RPC access',
  starting: 'the RPC server is in the process of starting up, but not yet ready to accept calls',
};

/** Throws lnd's refusal of a call that needs a right. */
export function admit(node: Node, macaroon: string | undefined, right: Right): void {
  const { authority, clock, condition } = node;
  const refusal = CLOSED[condition] ?? authority.refusal(macaroon, right, clock.now());
  if (refusal !== undefined) throw new Refusal(refusal);
}

/** What the node has on record of a payment. */
export function recordOf(
  node: Node,
  row: Parameters<typeof messageOf>[0] | NewRow,
): PaymentMessage {
  const { invoices, unroutable } = node;
  return messageOf(row, invoices.get(row.hash) ?? '', unroutable.has(row.hash));
}
