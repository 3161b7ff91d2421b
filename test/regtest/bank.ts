import service, { type AuthenticatedLnd } from 'ln-service';
import { type Msat, systemClock } from '../../src/base/index.ts';
import type { Behaviour, Issued, Order } from '../../src/wallet/index.ts';
import type { Bank, Booked } from '../crash/bank-port.ts';
import { paymentsOf } from './books.ts';
import type { Network } from './bring-up.ts';
import { openTill, type Till } from './till.ts';

/** What the crash suite asks of a bank, of two real nodes: ours has the books, the merchant's makes the invoices. */
export type LightningBank = Pick<
  Bank,
  'issue' | 'setBehaviour' | 'endStuck' | 'hurry' | 'payments' | 'counts' | 'forget'
>;

/** How long a stuck payment is on its way before it ends, ms: longer than a process takes to die of it. */
const STUCK_MS = 700;

/** Opens a bank of which nobody knows a payment yet. */
export function openBank({ merchant }: Network, ours: AuthenticatedLnd): LightningBank {
  const till = openTill(merchant);
  const issued = new Set<string>();
  let behaviour: Behaviour['kind'] = 'instant';
  let ending: 'settle' | 'fail' = 'settle';
  const payments = async (): Promise<Booked[]> =>
    (await paymentsOf(ours))
      .filter(({ hash }) => issued.has(hash))
      .map(({ hash, state, cost }) => ({ hash, state: STATES[state], cost }));
  return {
    payments,
    async issue(order) {
      const bill = await billFor(till, order, behaviour);
      issued.add(bill.hash);
      if (behaviour === 'stuck') void endSoon(till, bill.hash, ending);
      return bill;
    },
    async setBehaviour({ kind }) {
      behaviour = kind;
    },
    async endStuck(end) {
      ending = end;
    },
    async counts() {
      const settled = (await payments()).filter(({ state }) => state === 'settled');
      const debited = settled.reduce((total, { cost }) => total + cost, 0n) as Msat;
      return { balance: 0n as Msat, debited, payments: settled.length, invoices: issued.size };
    },
    forget: id => service.deletePayment({ lnd: ours, id }),
    // A real node takes its time; how long buyers wait for it is their own business.
    hurry: async () => undefined,
  };
}

const STATES = {
  INITIATED: 'in_flight',
  IN_FLIGHT: 'in_flight',
  SUCCEEDED: 'settled',
  FAILED: 'failed',
} as const;

async function billFor(till: Till, order: Order, kind: Behaviour['kind']): Promise<Issued> {
  const { amount, issuer, ttlMs } = order;
  const bill = kind === 'instant' ? await till.bill(amount) : await till.hold(amount!);
  if (kind === 'fail') await till.refuse(bill.hash);
  return { ...bill, issuer, preimage: '', expiresAt: systemClock.now() + ttlMs };
}

async function endSoon(till: Till, hash: string, how: 'settle' | 'fail'): Promise<void> {
  await till.held(hash);
  await systemClock.after(STUCK_MS);
  await till.end(hash, how);
}
