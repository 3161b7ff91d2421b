import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/base/index.ts';
import { type NodePlace, openVault, placeOf } from '../../src/node/index.ts';
import { openKeyring, openPin, type Sealer } from '../../src/secrets/index.ts';
import type { Command } from '../../src/server/cli/command.ts';
import { nodeChannelClose } from '../../src/server/cli/commands/node-channel-close.ts';
import { nodeChannelOpen } from '../../src/server/cli/commands/node-channel-open.ts';
import { nodeChannelRestore } from '../../src/server/cli/commands/node-channel-restore.ts';
import { nodeUnlock } from '../../src/server/cli/commands/node-unlock.ts';
import { mainnetConsent } from '../../src/server/mainnet.ts';
import { openSettings } from '../../src/server/settings/index.ts';
import { writeUnder } from '../node/node-rig.ts';
import { ADMIN, type OperatedLnd, operatedLnd } from '../node/operated-lnd.ts';
import { sitAt } from './human.ts';

// A PIN takes seconds to stretch on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const PIN = 'a long pin';
const WORDS = 'this is real money';
const PEER = `02${'ab'.repeat(32)}`;
const POINT = `${'cd'.repeat(32)}:0`;

let lnd: OperatedLnd;
let home: string;
let place: NodePlace;
let sealer: Sealer;
beforeEach(async () => {
  lnd = await operatedLnd();
  home = dirname(dirname(lnd.place.root));
  place = placeOf(home, 'mainnet');
  await cp(lnd.place.root, place.root, { recursive: true });
  sealer = await openKeyring(join(home, 'keys'));
  await openVault(place.secrets, 'mainnet', sealer).keep('admin', lnd.bake(...ADMIN));
  const settings = { network: 'mainnet', wallet: { kind: 'lnd' } };
  await writeFile(join(home, 'settings.json'), JSON.stringify(settings));
});

/** Sets a PIN, as a human does who has the settings as they are. */
async function setPin(): Promise<void> {
  await openPin(join(home, 'keys'), systemClock).set(PIN);
  const settings = openSettings(home, () => sealer);
  await settings.confirm(settings.read());
}

/** What a command ends with: its exit, or the code of its refusal. */
const endOf = async (command: Command, input: object, ...answers: string[]) =>
  (await sitAt(command, home, input, ...answers)).end;

test('what moves real money is no script’s to give: it takes a human’s word and the PIN', async () => {
  const opening = { peer: PEER, sats: '100000', push: '90000', yes: true };
  const commands: readonly (readonly [Command, object])[] = [
    [nodeChannelOpen, opening],
    [nodeChannelClose, { channel: POINT, force: true, yes: true }],
    [nodeChannelRestore, { file: join(home, 'settings.json'), yes: true }],
  ];
  const ends = () => Promise.all(commands.map(([command, input]) => endOf(command, input)));
  expect(new Set(await ends())).toEqual(new Set(['pin_required']));
  await setPin();
  expect(new Set(await ends())).toEqual(new Set(['mainnet_unconfirmed']));
  await mainnetConsent({ path: home }, sealer).give('lnd/bc');
  expect(await endOf(nodeChannelOpen, opening, 'not the pin')).toBe('pin_wrong');
  expect(lnd.calls).toEqual([]);
  await rm(join(home, 'keys', 'pin-attempts'), { recursive: true });
  await endOf(nodeChannelOpen, opening, PIN);
  expect(lnd.calls).not.toEqual([]);
});

test('a wallet that somebody put into the place of real money’s is opened by no password alone', async () => {
  const wallet = join(lnd.place.data, 'chain', 'bitcoin', 'regtest', 'wallet.db');
  writeUnder(wallet, 'a thief’s password');
  lnd.restart();
  expect(await endOf(nodeUnlock, {})).toBe('pin_required');
  await setPin();
  expect(await endOf(nodeUnlock, {}, 'no')).toBe('mainnet_unconfirmed');
  expect(lnd.calls).toEqual([]);
  expect(await readFile(wallet, 'utf8')).toBe('a thief’s password');
  expect(await endOf(nodeUnlock, {}, WORDS, PIN, 'a thief’s password')).toBe(0);
});
