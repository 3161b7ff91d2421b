import { TollkeeperError } from '../base/index.ts';
import { type Policy, purseOf } from '../policy/index.ts';
import type { Pin } from '../secrets/index.ts';
import { mainnetConsent } from './mainnet.ts';
import type { NodeHouse } from './node.ts';

/** What stands for the one purse that the settings name: opened when it is first needed. */
export interface OfPurse<T> {
  /**
   * Rejects with `wallet_unavailable`, also where the settings name another purse than is asked for, and where money is
   * real with `mainnet_unconfirmed` or `pin_required`: each time, for a PIN can be taken away while it is open.
   */
  readonly get: (purse?: string) => Promise<T>;
  close(): Promise<void>;
}

/** What something of a purse is opened with. */
export interface PursePlace extends NodeHouse {
  /** What was confirmed, now. */
  readonly policy: () => Policy;
  readonly pin: Pin;
}

/**
 * Prepares something of the purse that the settings name now. One that could not be opened is tried again when it is
 * next needed; once the settings name another purse it is closed, and never stands in for the other.
 */
export function ofPurse<T extends { close(): Promise<void> }>(
  place: PursePlace,
  open: (policy: Policy) => Promise<T>,
): OfPurse<T> {
  let opened: { readonly purse: string; readonly one: Promise<T> } | undefined;
  const consent = mainnetConsent(place.home, place.sealer);
  const close = async (): Promise<void> => {
    const last = opened;
    opened = undefined;
    const one = await last?.one.catch(() => undefined);
    await one?.close();
  };
  return {
    async get(purse) {
      const policy = place.policy();
      const named = purseOf(policy);
      if (purse !== undefined && purse !== named) {
        throw new TollkeeperError('wallet_unavailable', 'The settings name another one by now.');
      }
      await consent.demand(policy, place.pin);
      // Nothing is waited for from here on: who asks in between would open another, or be given one of another purse.
      if (opened?.purse !== named) {
        const one = close().then(() => open(policy));
        opened = { purse: named, one };
      }
      const { one } = opened;
      one.catch(() => {
        if (opened?.one === one) opened = undefined;
      });
      return one;
    },
    close,
  };
}
