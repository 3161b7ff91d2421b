import { randomUUID } from 'node:crypto';
import { msat, SECOND, silent, TollkeeperError } from '../../src/base/index.ts';
import { formatCredential, parseChallenge } from '../../src/l402/index.ts';
import type { InvoiceIssuer } from '../../src/paywall/issuer.ts';
import { openToll } from '../../src/paywall/open-toll.ts';
import type { Paywall } from '../../src/paywall/paywall.ts';
import type {
  Charge,
  Pass,
  Place,
  Refusal,
  Toll,
  Visitor,
  Wanted,
} from '../../src/paywall/toll.ts';
import type { Wallet } from '../../src/task/index.ts';
import { openSandboxIssuer, openSandboxWallet } from '../../src/wallet/index.ts';
import { type House, openHouse, toCreate } from './house.ts';

export type Answer = Pass | Charge | Refusal;
type Input = Parameters<typeof toCreate>[0];

/** A seller's house with its toll, and somebody who comes to buy. */
export interface Counter extends House {
  readonly toll: Toll;
  readonly issuer: InvoiceIssuer;
  readonly wallet: Wallet;
  /** Counts what the node was asked for; makes it fail while `down`. */
  readonly node: { issued: number; looked: number; down: boolean };
  /** A toll of a process that starts anew on the same record. */
  another(): Toll;
  /** Opens a paywall by a human's word; on api.example/v1/** at 10 sats unless told otherwise. */
  open(input?: Input): Promise<Paywall>;
  /** Asks as a client would: finds the route, then is admitted, charged or refused. */
  ask(wanted?: Partial<Wanted>, visitor?: Partial<Visitor>): Promise<Answer>;
  /** Pays a demand; the value of `Authorization`. */
  pay(answer: Answer): Promise<string>;
  /** Asks, pays, and is ready to ask again with what it bought. */
  buy(wanted?: Partial<Wanted>, visitor?: Partial<Visitor>): Promise<string>;
}

/** Opens a counter. */
export async function openCounter(): Promise<Counter> {
  const house = await openHouse();
  await house.stock();
  const place = { home: house.home, clock: house.clock };
  const [issuer, wallet] = [await openSandboxIssuer(place), await openSandboxWallet(place)];
  const node = { issued: 0, looked: 0, down: false };
  const watched: InvoiceIssuer = {
    ...issuer,
    issue: async order => {
      node.issued += 1;
      if (node.down) throw new TollkeeperError('wallet_unavailable');
      return issuer.issue(order);
    },
    lookUp: async hash => {
      node.looked += 1;
      if (node.down) throw new TollkeeperError('wallet_unavailable');
      return issuer.lookUp(hash);
    },
  };
  const { store, clock, rules, close } = house;
  const tolls: Toll[] = [];
  const another = (): Toll => {
    const means = { paywalls: store.paywalls, rules, issuer: async () => watched, clock };
    const toll = openToll({ ...means, log: silent });
    tolls.push(toll);
    return toll;
  };
  const toll = another();
  const counter = Object.assign(house, {
    toll,
    issuer,
    wallet,
    node,
    another,
    async open(input: Input = {}) {
      const ordered = await house.seller.order('alice', toCreate(input));
      if (!ordered.ok || ordered.value.paywall === undefined) throw new Error(ordered.toString());
      return ordered.value.paywall;
    },
    ask: (wanted: Partial<Wanted> = {}, visitor: Partial<Visitor> = {}) =>
      askAt(toll, wanted, visitor),
    async pay(answer: Answer) {
      if (answer.kind !== 'charged') throw new Error(JSON.stringify(answer, undefined, 1));
      const challenge = parseChallenge(answer.challenge);
      if (!challenge.ok) throw new Error(challenge.detail);
      const { token, invoice } = challenge.value;
      const { text, paymentHash, amount } = invoice;
      const payment = { invoice: text, paymentHash, amount: amount!, feeLimit: msat(0) };
      const paid = await wallet.pay({ ...payment, attemptId: randomUUID(), waitMs: SECOND });
      if (paid.kind !== 'settled') throw new Error(JSON.stringify(paid));
      return formatCredential({ token, preimage: paid.preimage });
    },
    buy: async (wanted: Partial<Wanted> = {}, visitor: Partial<Visitor> = {}) =>
      counter.pay(await counter.ask(wanted, visitor)),
    async close() {
      await Promise.all(tolls.map(each => each.close()));
      await Promise.all([issuer.close(), wallet.close()]);
      await close();
    },
  });
  return counter;
}

/** Asks a toll as a gateway does. */
export async function askAt(
  toll: Toll,
  wanted: Partial<Wanted> = {},
  visitor: Partial<Visitor> = {},
): Promise<Answer> {
  const asked = { method: 'GET', host: 'api.example', target: '/v1/reports', ...wanted };
  const found: Place | Refusal = await toll.find(asked);
  if ('kind' in found) return found;
  return toll.admit(found, { authorization: [], address: '203.0.113.7', ...visitor });
}
