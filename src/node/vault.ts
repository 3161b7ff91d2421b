import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfThere, replaceFile, type Sealer } from '../secrets/index.ts';

/**
 * The secrets of a node: `password` opens its wallet, the others are macaroons. `admin` may do everything and is
 * opened for a human's command alone; `keeper` may look and stop the node; `buyer` may pay and look; `seller` may
 * make invoices and watch them.
 */
export type NodeSecret = 'password' | 'admin' | 'keeper' | 'buyer' | 'seller';

/** The sealed secrets of one node. Rejects with `key_unavailable` when another key sealed them. */
export interface Vault {
  read(name: NodeSecret): Promise<Buffer | undefined>;
  keep(name: NodeSecret, secret: Uint8Array): Promise<void>;
  /** Forgets a secret, if there is one. */
  drop(name: NodeSecret): Promise<void>;
}

/** Opens the vault of a directory; `label` binds what is sealed to this node, so that it opens for no other. */
export function openVault(directory: string, label: string, sealer: Sealer): Vault {
  const pathOf = (name: NodeSecret) => join(directory, `${name}.sealed`);
  const purposeOf = (name: NodeSecret) => `node/${label}/${name}`;
  return {
    async read(name) {
      const sealed = await readIfThere(pathOf(name));
      return sealed && Buffer.from(sealer.open(purposeOf(name), sealed));
    },
    keep: (name, secret) => replaceFile(pathOf(name), sealer.seal(purposeOf(name), secret)),
    drop: name => rm(pathOf(name), { force: true }),
  };
}
