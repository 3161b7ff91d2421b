import { TollkeeperError } from '../base/index.ts';
import { type Policy, purseOf } from '../policy/index.ts';

/** What stands for the one purse that the settings name: opened when it is first needed. */
export interface OfPurse<T> {
  /** Rejects with `wallet_unavailable`, also where the settings name another purse than is asked for. */
  readonly get: (purse?: string) => Promise<T>;
  close(): Promise<void>;
}

/**
 * Prepares something of the purse that the settings name now. One that could not be opened is tried again when it is
 * next needed; once the settings name another purse it is closed, and never stands in for the other.
 */
export function ofPurse<T extends { close(): Promise<void> }>(
  policy: () => Policy,
  open: (policy: Policy) => Promise<T>,
): OfPurse<T> {
  let opened: { readonly purse: string; readonly one: Promise<T> } | undefined;
  const close = async (): Promise<void> => {
    const one = await opened?.one.catch(() => undefined);
    opened = undefined;
    await one?.close();
  };
  return {
    async get(purse) {
      const now = policy();
      const named = purseOf(now);
      if (purse !== undefined && purse !== named) {
        throw new TollkeeperError('wallet_unavailable', 'The settings name another one by now.');
      }
      if (opened?.purse !== named) await close();
      opened ??= { purse: named, one: open(now) };
      const { one } = opened;
      one.catch(() => {
        if (opened?.one === one) opened = undefined;
      });
      return one;
    },
    close,
  };
}
