import { join } from 'node:path';
import { systemClock } from '../src/base/index.ts';
import { openKeyring } from '../src/secrets/index.ts';
import { openStore, type Store } from '../src/store/index.ts';

/** Opens the record of a data directory, with its own keys. */
export async function openRecord(home: string): Promise<Store> {
  const sealer = await openKeyring(join(home, 'keys'));
  const bodies = { maxCount: 10, maxTotalBytes: 1_000_000, maxEach: 1000 };
  return openStore({ home, sealer, clock: systemClock, bodies });
}
