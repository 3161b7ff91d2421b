import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HOUR } from '../../src/base/index.ts';
import { openSandbox } from '../../src/wallet/index.ts';
import type { Fate, WalletRig } from '../contract/wallet.ts';
import { type MovedClock, movedClock, ORDER } from '../wallet/play.ts';
import { type FakeLnd, type FakePlace, openFakeLnd } from './lnd.ts';
import { lndWalletAt } from './wallet.ts';

/** A fake lnd in this process, the wallet over its wire, and both sides of its money. */
export interface LndRig extends WalletRig {
  readonly home: string;
  readonly lnd: FakeLnd;
  readonly clock: MovedClock;
}

const BEHAVIOURS = {
  settles: 'instant',
  fails: 'fail',
  hangs: 'stuck',
  unheard: 'error_after_acceptance',
  unroutable: 'fail',
} as const satisfies Record<Fate, string>;

/** Opens a rig in a directory of its own, that vanishes with `close`. */
export async function openLndRig(options: Pick<FakePlace, 'shows'> = {}): Promise<LndRig> {
  const home = await mkdtemp(join(tmpdir(), 'tollkeeper-lnd-'));
  const clock = movedClock();
  const lnd = await openFakeLnd({ home, clock, ...options });
  const past = await openSandbox({
    home,
    clock: { now: () => clock.now() - HOUR, after: clock.after },
  });
  const open = () => lndWalletAt(() => lnd.address(), clock);
  const wallet = open();
  return {
    home,
    lnd,
    clock,
    wallet,
    network: 'bcrt',
    again: async () => open(),
    async invoice(amount, { fate = 'settles', fee, flaw } = {}) {
      const { amount: _, ...order } = ORDER;
      const invoice = await (flaw === 'expired' ? past : lnd.sandbox).issue({
        ...order,
        ...(flaw === 'no amount' ? {} : { amount }),
        ...(flaw === 'foreign network' ? { network: 'bc' } : {}),
      });
      const costs = fee === undefined ? {} : { fee };
      await lnd.sandbox.setBehaviour({ kind: BEHAVIOURS[fate], ...costs }, invoice.hash);
      if (fate === 'unroutable') lnd.node.unroutable.add(invoice.hash);
      return invoice;
    },
    async release(hash, end) {
      await lnd.sandbox.resolve(hash, end);
    },
    async debits(hash) {
      const total = await lnd.sandbox.debitOf(hash);
      return { count: total > 0n ? 1 : 0, total };
    },
    async close() {
      await wallet.close();
      await past.close();
      await lnd.close();
      await rm(home, { recursive: true });
    },
  };
}
