import type { Clock, Log } from '../base/index.ts';
import type { InvoiceIssuer } from '../paywall/index.ts';

/** The seller's side of the one wallet that the settings name: opened when it is first needed. */
export interface OpenIssuer {
  readonly get: () => Promise<InvoiceIssuer>;
  close(): Promise<void>;
}

/** Prepares the issuer. One that could not be opened is tried again when it is next needed. */
export function openIssuer(options: { home: string; clock: Clock; log: Log }): OpenIssuer {
  let opened: Promise<InvoiceIssuer> | undefined;
  const open = async (): Promise<InvoiceIssuer> => {
    const { openSandboxIssuer } = await import('../wallet/index.ts');
    return openSandboxIssuer(options);
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
      const issuer = await opened?.catch(() => undefined);
      await issuer?.close();
    },
  };
}
