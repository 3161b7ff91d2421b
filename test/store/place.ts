import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, systemClock } from '../../src/base/index.ts';
import { openKeyring } from '../../src/secrets/index.ts';
import { openStore, type Store } from '../../src/store/index.ts';

/** Opens the record of a data directory with its own keys. */
export async function storeAt(home: string, clock: Clock = systemClock): Promise<Store> {
  const sealer = await openKeyring(join(home, 'keys'));
  const bodies = { maxCount: 3, maxTotalBytes: 100, maxEach: 60 };
  return openStore({ home, sealer, clock, bodies });
}

/** A data directory that does not exist yet, and how to be rid of it. */
export async function newHome(): Promise<{ home: string; remove: () => Promise<void> }> {
  const parent = await mkdtemp(join(tmpdir(), 'tollkeeper-'));
  return { home: join(parent, 'home'), remove: () => rm(parent, { recursive: true }) };
}
