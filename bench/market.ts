import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../src/base/index.ts';
import { openShop, type Shop } from '../src/wallet/index.ts';

/** Opens the sandbox shop, and lets a data directory buy there without asking anybody. */
export async function openMarket(home: string): Promise<Shop> {
  const shop = await openShop({ home, clock: systemClock, port: 0, priceSats: 1 });
  const { host } = new URL(shop.url);
  const caps = { hostSats: 100_000, hourSats: 100_000, daySats: 100_000 };
  const autoApprove = [{ host, maxSats: 100, maxSatsPerDay: 100_000 }];
  const settings = { hosts: { private: [host] }, caps, autoApprove };
  writeFileSync(join(home, 'settings.json'), JSON.stringify(settings), { mode: 0o600 });
  return shop;
}
