import type { Clock, Log } from '../base/index.ts';
import type { Wallet } from '../task/index.ts';

/** The one wallet that the settings name: opened when it is first needed, and never replaced by another. */
export interface OpenWallet {
  readonly get: () => Promise<Wallet>;
  close(): Promise<void>;
}

/** Prepares the wallet. One that could not be opened is tried again when it is next needed. */
export function openWallet(options: { home: string; clock: Clock; log: Log }): OpenWallet {
  let opened: Promise<Wallet> | undefined;
  const open = async (): Promise<Wallet> => {
    const { openSandboxWallet } = await import('../wallet/index.ts');
    return openSandboxWallet(options);
  };
  return {
    get() {
      opened ??= open().catch((thrown: unknown) => {
        opened = undefined;
        throw thrown;
      });
      return opened;
    },
    async close() {
      const wallet = await opened?.catch(() => undefined);
      await wallet?.close();
    },
  };
}
