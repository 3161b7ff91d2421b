import service, { type AuthenticatedLnd } from 'ln-service';
import { afterAll, beforeAll, inject } from 'vitest';
import { type Msat, SECOND, sum, systemClock, ZERO } from '../../src/base/index.ts';
import {
  type Ability,
  type Fate,
  type Flaw,
  type WalletRig,
  walletContract,
} from '../contract/wallet.ts';
import { lndWalletAt } from '../lnd/wallet.ts';
import { ourAddress, ourLnd, paymentsOf } from './books.ts';
import { bringUp, type Network } from './bring-up.ts';
import { type Farther, openFarther } from './farther.ts';
import { foreignBill } from './foreign.ts';
import { openNode } from './node.ts';
import { type Bill, openTill, type Till } from './till.ts';
import { until } from './until.ts';

// The promises of a wallet, kept by a real lnd: the answer to a payment that is lost is left to the fake one, for
// nobody can tell in an encrypted wire which answer to lose.
const CAN = new Set<Ability>(['fails', 'hangs', 'unroutable', 'costs a fee']);

let network: Network;
let farther: Farther;
let till: Till;
let ours: AuthenticatedLnd;

beforeAll(async () => {
  network = await bringUp(inject('binaries'));
  await openNode(network);
  farther = await openFarther(network);
  till = openTill(network.merchant);
  ours = await ourLnd(network.operator);
});
afterAll(async () => {
  await farther?.close();
  await network?.close();
});

walletContract('A real lnd', CAN, async (): Promise<WalletRig> => {
  const address = await ourAddress(network.operator, 'buyer');
  const open = () => lndWalletAt(() => address, systemClock);
  const wallet = open();
  return {
    wallet,
    network: 'bcrt',
    again: async () => open(),
    invoice: (amount, { fate = 'settles', fee, flaw } = {}) => {
      if (flaw !== undefined) return flawed(amount, flaw);
      return fee === undefined ? billFor(amount, fate) : farther.bill(amount, fee);
    },
    async release(hash, end) {
      await till.end(hash, end);
      await until('the payment ends', async () => {
        const { is_pending } = await service.getPayment({ lnd: ours, id: hash });
        return is_pending !== true;
      });
    },
    async debits(hash) {
      const made = (await paymentsOf(ours)).filter(
        payment => payment.hash === hash && payment.state === 'SUCCEEDED',
      );
      return { count: made.length, total: sum(ZERO, ...made.map(({ cost }) => cost)) };
    },
    close: () => wallet.close(),
  };
});

async function billFor(amount: Msat, fate: Fate): Promise<Bill> {
  if (fate === 'settles') return till.bill(amount);
  if (fate === 'unroutable') return foreignBill(amount);
  const bill = await till.hold(amount);
  if (fate === 'fails') await till.refuse(bill.hash);
  return bill;
}

async function flawed(amount: Msat, flaw: Flaw): Promise<Bill> {
  if (flaw === 'foreign network') return foreignBill(amount, 'bc');
  if (flaw === 'no amount') return till.bill(undefined);
  const expiresAt = systemClock.now() + 2 * SECOND;
  const bill = await till.bill(amount, { expires_at: new Date(expiresAt).toISOString() });
  await until('the invoice expires', async () => systemClock.now() > expiresAt);
  return bill;
}
