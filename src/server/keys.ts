import { join } from 'node:path';
import { openKeyring, type Sealer } from '../secrets/index.ts';
import type { Home } from './home.ts';

/** Where a data directory has its keys. */
export function keysOf({ path }: Pick<Home, 'path'>): string {
  return join(path, 'keys');
}

/** Opens the keys of a data directory: under its passphrase if one was given, else by its key file. */
export function openKeys(home: Home): Promise<Sealer> {
  const { passphrase } = home;
  return openKeyring(keysOf(home), passphrase === undefined ? {} : { passphrase });
}
