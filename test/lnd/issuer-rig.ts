import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { type Msat, msat, SECOND } from '../../src/base/index.ts';
import { decodeInvoice } from '../../src/l402/index.ts';
import type { IssuerRig } from '../contract/invoice-issuer.ts';
import { SELLER } from './authority.ts';
import { type LndRig, openLndRig } from './rig.ts';
import { lndIssuerAt } from './wallet.ts';

/** A fake lnd that sells, and somebody who pays it. */
export interface LndIssuerRig extends IssuerRig {
  readonly lnd: LndRig['lnd'];
  readonly clock: LndRig['clock'];
}

/** Opens one in a directory of its own, that vanishes with `close`. */
export async function openLndIssuerRig(): Promise<LndIssuerRig> {
  const { lnd, clock, close } = await openLndRig();
  const macaroon = lnd.authority.bake(SELLER);
  return {
    lnd,
    clock,
    network: 'bcrt',
    start: 0n,
    now: clock.now,
    open: () => lndIssuerAt(() => lnd.address({ macaroon }), clock),
    async pay(invoice) {
      const decoded = decodeInvoice(invoice);
      if (!decoded.ok) throw new Error(decoded.detail);
      const { amount, paymentHash } = decoded.value;
      const payment = { invoice, paymentHash, amount: amount as Msat, feeLimit: msat(0) };
      const { wallet } = lnd.node.books;
      const outcome = await wallet.pay({ ...payment, attemptId: randomUUID(), waitMs: SECOND });
      expect(outcome).toMatchObject({ kind: 'settled' });
    },
    pass: async ms => clock.move(ms),
    close,
  };
}
