import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/index.ts';
import type { BirthPlan } from '../../src/node/birth.ts';
import { bear, snapshotOf, takeOver } from '../../src/node/index.ts';
import { endRecovery, unlockWallet } from '../../src/node/recovery.ts';
import { Refusal } from '../lnd/wire.ts';
import { keeps } from './kept-state.ts';
import { NEW_WALLET, type OperatedLnd, operatedLnd, WORDS } from './operated-lnd.ts';

const BACKUP = Buffer.from('the channels of a wallet that was lost');
const PLAN = {
  seed: 'restored',
  words: WORDS,
  passphrase: '',
  recoveryWindow: 2500,
  channelBackup: BACKUP,
} as const satisfies BirthPlan;

/** What lnd is told of channels when it opens a wallet now. */
async function toldAtUnlocking(lnd: OperatedLnd): Promise<{ window: number; backup?: Buffer }> {
  lnd.restart();
  await unlockWallet(lnd.nursery, (await lnd.vault.read('password'))!);
  const { recovery_window: window, channel_backups } = lnd.requestsOf('unlockWallet').at(-1);
  const backup = channel_backups?.multi_chan_backup?.multi_chan_backup;
  return { window, ...(backup && { backup }) };
}

const leftIn = ({ place }: OperatedLnd) =>
  readdirSync(place.root).filter(name => /^(lost-channels|recovery)/.test(name));

describe('the channels of a wallet that is restored', () => {
  test('are told to lnd at each unlocking until it was ready once, with the look-ahead', async () => {
    const lnd = await operatedLnd();
    expect(await bear(lnd.nursery, PLAN)).toEqual({ ok: true, value: undefined });
    expect(lnd.requestsOf('verifyChanBackup')).toMatchObject([
      { multi_chan_backup: { multi_chan_backup: BACKUP } },
    ]);
    for (let start = 0; start < 2; start += 1) {
      expect(await toldAtUnlocking(lnd)).toEqual({ window: 2500, backup: BACKUP });
    }
    await endRecovery(lnd.place);
    expect(await toldAtUnlocking(lnd)).toEqual({ window: 0 });
    expect(leftIn(lnd)).toEqual([]);
  });

  test('are not forgotten when the lnd that made the wallet, which was not told, is ready', async () => {
    const lnd = await operatedLnd();
    await bear(lnd.nursery, PLAN);
    await endRecovery(lnd.place);
    expect(await toldAtUnlocking(lnd)).toEqual({ window: 0, backup: BACKUP });
  });

  test('are never told to lnd before the wallet knows them: it would end over another’s', async () => {
    const lnd = await operatedLnd();
    lnd.says('verifyChanBackup', Object.assign(new Refusal('Connection dropped'), { code: 14 }));
    expect(await bear(lnd.nursery, PLAN)).toMatchObject({ code: 'node_unreachable' });
    // Where there is a keeper's macaroon, the making counts as done.
    expect(await lnd.vault.read('keeper')).toBeUndefined();
    expect(lnd.requestsOf('initWallet')[0].channel_backups).toBeNull();
    expect(await toldAtUnlocking(lnd)).toEqual({ window: 2500 });
    lnd.restart();
    lnd.says('verifyChanBackup', undefined);
    await takeOver(lnd.nursery, (await lnd.vault.read('password'))!);
    expect(await toldAtUnlocking(lnd)).toMatchObject({ backup: BACKUP });
  });

  test('are left out where the backup is another wallet’s, and the wallet is whole', async () => {
    const lnd = await operatedLnd();
    lnd.says('verifyChanBackup', new Refusal('invalid multi channel backup: chacha20poly1305'));
    expect(await bear(lnd.nursery, PLAN)).toMatchObject({
      code: 'channel_backup_failed',
      detail: expect.stringContaining('node channel restore'),
    });
    expect(await lnd.vault.read('keeper')).toBeDefined();
    expect(await toldAtUnlocking(lnd)).toEqual({ window: 2500 });
    expect(leftIn(lnd)).toEqual(['recovery.json']);
  });

  test('are not those of an earlier attempt', async () => {
    const lnd = await operatedLnd();
    lnd.says('initWallet', new Refusal('wrong seed version'));
    await bear(lnd.nursery, PLAN);
    lnd.says('initWallet', undefined);
    await bear(lnd.nursery, NEW_WALLET);
    expect(await toldAtUnlocking(lnd)).toEqual({ window: 0 });
    expect(lnd.requestsOf('verifyChanBackup')).toEqual([]);
  });
});

/** What is shown of a node whose wallet is open and in step with the chain. */
async function shown(lnd: OperatedLnd, state: { synced?: boolean; down?: boolean } = {}) {
  const { place, vault, nursery } = lnd;
  await keeps(place, {
    lifecycle: state.down ? 'stopped' : 'running',
    wallet: state.down ? 'initialized' : 'unlocked',
    health: state.down ? 'unknown' : 'healthy',
    synced: state.synced ?? true,
  });
  return snapshotOf({
    place,
    vault,
    clock: systemClock,
    log: nursery.log,
    backupDirectory: undefined,
  });
}

const closing = (name: string) => ({
  [name]: [
    { channel: { channel_point: 'ab:0', capacity: '1', local_balance: '0', remote_balance: '0' } },
  ],
});

describe('the recovery that is shown', () => {
  test('is of new words: acknowledged; of none that we know: pending; of no wallet: none', async () => {
    const lnd = await operatedLnd();
    await keeps(lnd.place, { wallet: 'uninitialized' });
    const { place, vault, nursery } = lnd;
    const view = { place, vault, clock: systemClock, log: nursery.log, backupDirectory: undefined };
    expect(await snapshotOf(view)).toMatchObject({ recovery: 'none' });
    expect(await shown(lnd)).toMatchObject({ recovery: 'seed_backup_pending' });
    await bear(lnd.nursery, NEW_WALLET);
    expect(await shown(lnd)).toMatchObject({ recovery: 'seed_backup_acknowledged' });
  });

  async function restored() {
    const lnd = await operatedLnd();
    await bear(lnd.nursery, { ...PLAN, channelBackup: undefined });
    await endRecovery(lnd.place);
    return lnd;
  }

  test.each([
    ['still scans the chain', 'getRecoveryInfo', { recovery_mode: true, recovery_finished: false }],
    ['waits for the other side to close', 'pendingChannels', closing('waiting_close_channels')],
    [
      'gets money back from a channel',
      'pendingChannels',
      closing('pending_force_closing_channels'),
    ],
    ['cannot say', 'pendingChannels', new Refusal('a test')],
  ] as const)(
    'is not restored as long as the wallet %s, and is afterwards',
    async (_why, method, said) => {
      const lnd = await restored();
      lnd.says(method, said);
      expect(await shown(lnd)).toMatchObject({ recovery: 'restore_ready' });
      lnd.says(method, undefined);
      await shown(lnd);
      expect(await shown(lnd, { down: true })).toMatchObject({ recovery: 'restored' });
    },
  );

  test('is not restored before the chain is known, nor while lnd is still to be told', async () => {
    const lnd = await restored();
    expect(await shown(lnd, { synced: false })).toMatchObject({ recovery: 'restore_ready' });
    expect(await shown(lnd, { down: true })).toMatchObject({ recovery: 'restore_ready' });
    const untold = await operatedLnd();
    await bear(untold.nursery, PLAN);
    await shown(untold);
    expect(await shown(untold)).toMatchObject({ recovery: 'restore_ready' });
  });

  test('stays restored, whatever channel is closed later', async () => {
    const lnd = await restored();
    await shown(lnd);
    lnd.says('pendingChannels', closing('waiting_close_channels'));
    await shown(lnd);
    expect(await shown(lnd)).toMatchObject({ recovery: 'restored' });
  });
});
