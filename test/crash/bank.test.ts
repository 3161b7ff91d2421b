import { HOUR } from '../../src/base/index.ts';
import { type Ability, type Fate, type WalletRig, walletContract } from '../contract/wallet.ts';
import { ORDER } from '../wallet/play.ts';
import { walletAt } from './bank-port.ts';
import { openRig } from './rig.ts';

// The bank is believed by every other test of this suite, so it has to be a true wallet itself.

const CAN = new Set<Ability>(['fails', 'hangs', 'unheard', 'costs a fee']);
const BEHAVIOURS = {
  settles: 'instant',
  fails: 'fail',
  hangs: 'stuck',
  unheard: 'error_after_acceptance',
  unroutable: 'fail',
} as const satisfies Record<Fate, string>;

walletContract('The bank in its own process', CAN, async (): Promise<WalletRig> => {
  const rig = await openRig({});
  const { bank, socket } = rig;
  return {
    wallet: walletAt(socket),
    network: 'bcrt',
    again: async () => walletAt(socket),
    invoice: async (amount, { fate = 'settles', fee, flaw } = {}) => {
      const { amount: _, ...order } = ORDER;
      if (flaw === 'expired') rig.pass(-HOUR);
      const invoice = await bank.issue({
        ...order,
        ...(flaw === 'no amount' ? {} : { amount }),
        ...(flaw === 'foreign network' ? { network: 'bc' } : {}),
      });
      if (flaw === 'expired') rig.pass(HOUR);
      const costs = fee === undefined ? {} : { fee };
      await bank.setBehaviour({ kind: BEHAVIOURS[fate], ...costs }, invoice.hash);
      return invoice;
    },
    release: async (hash, end) => {
      await bank.resolve(hash, end);
    },
    debits: async hash => {
      const total = await bank.debitOf(hash);
      return { count: total > 0n ? 1 : 0, total };
    },
    close: async () => undefined,
  };
});
