import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { asTollkeeperError } from '../../../base/index.ts';
import { openSandboxWallet } from '../../../wallet/index.ts';
import { showMoney } from '../layout.ts';
import { type Check, failure, fine } from './check.ts';
import type { Patient } from './examine.ts';

const NAME = 'wallet';

/** Whether the wallet answers. The sandbox's ledger is not made when it is not there. */
export async function checkWallet({ home, clock }: Patient): Promise<Check> {
  if (!existsSync(join(home.path, 'sandbox.db'))) {
    return fine(NAME, 'sandbox, not there yet; it is made with play money when needed');
  }
  try {
    const wallet = await openSandboxWallet({ home: home.path, clock });
    const { kind, ready, balance, real } = await wallet.status().finally(() => wallet.close());
    return ready
      ? fine(NAME, `${kind}, ${showMoney(balance, real)}`)
      : failure(NAME, `${kind} does not answer`, 'Try again in a moment.');
  } catch (thrown) {
    const { message } = asTollkeeperError(thrown);
    return failure(NAME, message, 'Move sandbox.db away: a new one is made, with play money.');
  }
}
