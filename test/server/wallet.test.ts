import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { silent, systemClock } from '../../src/base/index.ts';
import { defaultSettings, type Policy, policyOf, purseOf } from '../../src/policy/index.ts';
import { openKeyring, openPin } from '../../src/secrets/index.ts';
import { type OpenWallet, openWallet } from '../../src/server/wallet.ts';

let home: string;
let policy: Policy;
let wallet: OpenWallet;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'tollkeeper-wallet-'));
  const keys = join(home, 'keys');
  policy = lndOn('regtest');
  wallet = openWallet({
    home: { path: home },
    sealer: await openKeyring(keys),
    pin: openPin(keys, systemClock),
    clock: systemClock,
    log: silent,
    policy: () => policy,
  });
});
afterEach(async () => {
  await wallet.close();
  await rm(home, { recursive: true });
});

/** The policy whose money lies in an lnd of ours. */
function lndOn(network: 'regtest' | 'signet'): Policy {
  return policyOf({ ...defaultSettings(), network, wallet: { kind: 'lnd' } });
}

test('whoever asks while it is being opened gets the same wallet', async () => {
  const asked = [];
  for (let turn = 0; turn < 10; turn += 1) {
    asked.push(wallet.get());
    await undefined;
  }
  expect(new Set(await Promise.all(asked)).size).toBe(1);
});

test('whoever asks for a purse never gets the wallet of another, however the settings change meanwhile', async () => {
  await wallet.get();
  for (let turn = 0; turn < 10; turn += 1) {
    policy = lndOn('signet');
    const signet = wallet.get(purseOf(policy));
    for (let pause = 0; pause < turn; pause += 1) await undefined;
    policy = lndOn('regtest');
    const regtest = wallet.get(purseOf(policy));
    expect((await (await signet).status()).network).toBe('tbs');
    expect((await (await regtest).status()).network).toBe('bcrt');
  }
});
