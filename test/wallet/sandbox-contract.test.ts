import { HOUR } from '../../src/base/index.ts';
import { openSandbox, openSandboxWallet } from '../../src/wallet/index.ts';
import { type Ability, type Fate, type WalletRig, walletContract } from '../contract/wallet.ts';
import { ORDER, play } from './play.ts';

const CAN = new Set<Ability>(['fails', 'hangs', 'unheard', 'costs a fee']);
const BEHAVIOURS = {
  settles: 'instant',
  fails: 'fail',
  hangs: 'stuck',
  unheard: 'error_after_acceptance',
  unroutable: 'fail',
} as const satisfies Record<Fate, string>;

walletContract('The sandbox', CAN, async (): Promise<WalletRig> => {
  const { home, clock, sandbox, wallet, close } = await play();
  const hourAgo = { now: () => clock.now() - HOUR, after: clock.after };
  const past = await openSandbox({ home, clock: hourAgo });
  return {
    wallet,
    network: 'bcrt',
    again: () => openSandboxWallet({ home, clock }),
    invoice: async (amount, { fate = 'settles', fee, flaw } = {}) => {
      const { amount: _, ...order } = ORDER;
      const invoice = await (flaw === 'expired' ? past : sandbox).issue({
        ...order,
        ...(flaw === 'no amount' ? {} : { amount }),
        ...(flaw === 'foreign network' ? { network: 'bc' } : {}),
      });
      await sandbox.setBehaviour(
        { kind: BEHAVIOURS[fate], ...(fee === undefined ? {} : { fee }) },
        invoice.hash,
      );
      return invoice;
    },
    release: async (hash, end) => {
      await sandbox.resolve(hash, end);
    },
    debits: async hash => {
      const total = await sandbox.debitOf(hash);
      return { count: total > 0n ? 1 : 0, total };
    },
    close: async () => {
      await past.close();
      await close();
    },
  };
});
