import { type Clock, type Log, silent } from '../../src/base/index.ts';
import { type NodeAddress, openLine } from '../../src/node/index.ts';
import type { InvoiceIssuer } from '../../src/paywall/issuer.ts';
import type { Wallet } from '../../src/task/wallet.ts';
import { openLndIssuer, openLndWallet } from '../../src/wallet/index.ts';

/** The wallet of an lnd on regtest, as the server would open it. */
export function lndWalletAt(
  whereabouts: () => NodeAddress,
  clock: Clock,
  log: Log = silent,
): Wallet {
  const line = openLine(async () => whereabouts(), clock);
  return openLndWallet({ line, network: 'bcrt', clock, log });
}

/** The seller's side of the same. */
export function lndIssuerAt(
  whereabouts: () => NodeAddress,
  clock: Clock,
  log: Log = silent,
): Promise<InvoiceIssuer> {
  const line = openLine(async () => whereabouts(), clock);
  return openLndIssuer({ line, network: 'bcrt', clock, log });
}
