import { join } from 'node:path';
import { TollkeeperError } from '../base/index.ts';
import { isRealMoney, type Policy, purseOf } from '../policy/index.ts';
import { type Pin, readIfThere, replaceFile, type Sealer } from '../secrets/index.ts';
import type { Home } from './home.ts';
import { keysOf } from './keys.ts';

/** A human's word that the money of a purse may be real. Sealed, so that no editor can write it. */
export interface MainnetConsent {
  /** Keeps the word for this purse; any earlier one is for another node, and ends. */
  give(purse: string): Promise<void>;
  /** Rejects with `mainnet_unconfirmed` or `pin_required` where money is real and that was not said, or no PIN guards it. */
  demand(policy: Policy, pin: Pin): Promise<void>;
}

const PURPOSE = 'mainnet/consent';

/** The consent of a data directory, in `keys/mainnet-consent`. */
export function mainnetConsent(home: Pick<Home, 'path'>, sealer: Sealer): MainnetConsent {
  const path = join(keysOf(home), 'mainnet-consent');
  const given = async (): Promise<string | undefined> => {
    const sealed = await readIfThere(path);
    return sealed && Buffer.from(sealer.open(PURPOSE, sealed)).toString();
  };
  return {
    give: purse => replaceFile(path, sealer.seal(PURPOSE, Buffer.from(purse))),
    async demand(policy, pin) {
      if (!isRealMoney(policy)) return;
      if (!(await pin.isSet())) {
        throw new TollkeeperError('pin_required', 'Without one, real money is not touched.');
      }
      if ((await given()) !== purseOf(policy)) throw new TollkeeperError('mainnet_unconfirmed');
    },
  };
}
