import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/base/index.ts';
import { openPin } from '../../src/secrets/index.ts';
import { nodeInit } from '../../src/server/cli/commands/node-init.ts';
import { freePort } from '../node/lnd-binary.ts';
import { openNodeRig } from '../node/node-rig.ts';
import { ownLnd } from '../node/own-lnd.ts';
import { sitAt } from './human.ts';

// An lnd of ours is started, and a PIN takes seconds to stretch on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const PIN = 'a long pin';

let home: string;
beforeEach(async () => {
  ({ home } = await openNodeRig({ hasWallet: false }));
});
const stated = async () => readFile(join(home, 'settings.json'), 'utf8').catch(() => undefined);

/** Names an lnd of ours in the settings, and no wallet. */
async function settle(): Promise<string> {
  const lnd = { binary: ownLnd(home), rpcPort: await freePort(), peerPort: await freePort() };
  const text = JSON.stringify({ network: 'regtest', lnd });
  await writeFile(join(home, 'settings.json'), text, { mode: 0o600 });
  return text;
}

describe('node init that breaks off', () => {
  test('leaves the settings as they were where there is no lnd to run', async () => {
    expect((await sitAt(nodeInit, home, { network: 'regtest' })).end).toBe('binary_not_found');
    expect(await stated()).toBeUndefined();
  });

  test('leaves them as they were where a human gives no words', async () => {
    const before = await settle();
    const seen = await sitAt(nodeInit, home, { restore: true }, 'abandon');
    expect(seen).toMatchObject({ end: 'seed_invalid', asked: ['The 24 words, in order'] });
    expect(await stated()).toBe(before);
  });

  test('reads no channel backup that never ends', async () => {
    const seen = await sitAt(nodeInit, home, { restore: true, channelBackup: '/dev/zero' });
    expect(seen).toMatchObject({ end: 'invalid_input', asked: [] });
  });

  test('leaves them as they were where the PIN is wrong', async () => {
    await openPin(join(home, 'keys'), systemClock).set(PIN);
    const seen = await sitAt(nodeInit, home, { network: 'regtest' }, 'not the pin');
    expect(seen.end).toBe('pin_wrong');
    expect(seen.told.join()).toContain('wallet.kind = "lnd"');
    expect(await stated()).toBeUndefined();
  });
});

test('node init names a wallet that was made before in the settings, and makes no other', async () => {
  ({ home } = await openNodeRig());
  const init = () => sitAt(nodeInit, home, { network: 'regtest' });
  expect(await init()).toMatchObject({ end: 0, documents: [{ initialized: true }] });
  expect(JSON.parse((await stated()) ?? '')).toMatchObject({
    network: 'regtest',
    wallet: { kind: 'lnd' },
    lnd: { mode: 'supervised' },
  });
  expect((await init()).end).toBe('node_initialized');
});
