import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { DAY, SECOND, systemClock, type TollkeeperError } from '../../src/base/index.ts';
import {
  addressOf,
  bear,
  doorOf,
  exportChannels,
  type Operator,
  restoreChannels,
  snapshotOf,
} from '../../src/node/index.ts';
import { writeNote } from '../../src/node/note.ts';
import { keepOrigin } from '../../src/node/origin.ts';
import { readRun } from '../../src/node/run-record.ts';
import { readIfThere } from '../../src/secrets/index.ts';
import { selfSigned } from '../lnd/certificate.ts';
import { Refusal } from '../lnd/wire.ts';
import { keeps } from './kept-state.ts';
import { NEW_WALLET, type OperatedLnd, openOperatedLnd, operatedLnd } from './operated-lnd.ts';

const BACKUP = Buffer.from('the channels');

let lnd: OperatedLnd;
let admin: Operator;
beforeAll(async () => {
  lnd = await openOperatedLnd();
  await bear(lnd.nursery, NEW_WALLET);
  admin = lnd.as('admin');
});
beforeEach(() => lnd.forget());
afterAll(() => lnd.close());

describe('an operator', () => {
  test('is refused by lnd in our words, with lnd’s own in the log alone', async () => {
    lnd.says('getInfo', new Refusal('something that nobody foresaw'));
    const refused = await admin.ask('getInfo', {}, { known: [[/foresaw/, 'It was foreseen.']] });
    expect(refused).toEqual({ ok: false, code: 'node_refused', detail: 'It was foreseen.' });
    expect(await admin.ask('getInfo', {})).toEqual({ ok: false, code: 'node_refused' });
    expect(lnd.logged.at(-1)).toContain('something that nobody foresaw');
  });

  test('waits for no answer that comes too late, and keeps no connection for it', async () => {
    lnd.says('getInfo', () => Promise.withResolvers<object>().promise);
    expect(await admin.ask('getInfo', {}, { ms: 50 })).toMatchObject({ code: 'node_unreachable' });
    await vi.waitUntil(() => lnd.open.size === 0);
  });

  test('hears what is not sure only where it is not', async () => {
    const asking = { unsure: 'Nobody knows.' };
    lnd.says('getInfo', new Refusal('no'));
    expect(await admin.ask('getInfo', {}, asking)).toEqual({ ok: false, code: 'node_refused' });
    lnd.says('getInfo', Object.assign(new Refusal('gone'), { code: 14 }));
    expect(await admin.ask('getInfo', {}, asking)).toEqual({
      ok: false,
      code: 'node_unreachable',
      detail: 'Nobody knows.',
    });
  });

  test('waits for an answer as long as it said, and no longer', async () => {
    lnd.says('getInfo', () => new Promise(() => undefined));
    const asked = performance.now();
    expect(await admin.ask('getInfo', {}, { ms: 50 })).toMatchObject({ code: 'node_unreachable' });
    expect(performance.now() - asked).toBeLessThan(10 * SECOND);
  });
});

describe('the channel backup', () => {
  test('is what lnd has, which it found good itself', async () => {
    lnd.says('exportAllChannelBackups', { multi_chan_backup: { multi_chan_backup: BACKUP } });
    expect(await exportChannels(admin)).toEqual({ ok: true, value: BACKUP });
    expect(lnd.requestsOf('verifyChanBackup')).toMatchObject([
      { multi_chan_backup: { multi_chan_backup: BACKUP } },
    ]);
    lnd.says('verifyChanBackup', new Refusal('invalid multi channel backup: x'));
    expect(await exportChannels(admin)).toMatchObject({ code: 'channel_backup_failed' });
  });

  test('is none without channels', async () => {
    lnd.says('exportAllChannelBackups', { multi_chan_backup: null });
    expect(await exportChannels(admin)).toEqual({ ok: true, value: undefined });
  });

  test('is restored only if it is this wallet’s', async () => {
    expect(await restoreChannels(admin, BACKUP)).toMatchObject({ ok: true });
    expect(lnd.requestsOf('restoreChannelBackups')).toMatchObject([{ multi_chan_backup: BACKUP }]);
    lnd.forget();
    lnd.says('verifyChanBackup', new Refusal('invalid multi channel backup: x'));
    expect(await restoreChannels(admin, BACKUP)).toMatchObject({ code: 'channel_backup_failed' });
    expect(lnd.requestsOf('restoreChannelBackups')).toEqual([]);
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['more than any', Buffer.alloc((1 << 20) + 1)],
  ])('is not asked about when it is %s', async (_what, backup) => {
    expect(await restoreChannels(admin, backup)).toMatchObject({ code: 'channel_backup_failed' });
    expect(lnd.calls).toEqual([]);
  });
});

describe('where a node answers', () => {
  const code = (told: Promise<unknown>) =>
    told.then(
      () => 'it answered',
      thrown => (thrown as TollkeeperError).code,
    );

  test('is its socket, its certificate and what is sealed for a role', async () => {
    const { place, vault } = lnd;
    expect(await addressOf(place, 'buyer', vault, systemClock)).toEqual({
      socket: readRun(place)?.socket,
      certificate: String(await readIfThere(place.certificate)),
      macaroon: await vault.read('buyer'),
    });
  });

  test('is told apart from a node that has no wallet, does not run, or lost its certificate', async () => {
    const { place, vault } = await operatedLnd();
    const address = () => code(addressOf(place, 'buyer', vault, systemClock));
    expect(await address()).toBe('node_not_initialized');
    await vault.keep('buyer', Buffer.from('a macaroon'));
    expect(await address()).toBe('it answered');
    await writeFile(place.certificate, selfSigned(systemClock.now() - DAY).certificate);
    expect(await address()).toBe('node_certificate_invalid');
    await rm(place.certificate);
    expect(await address()).toBe('node_certificate_invalid');
    // The process of that number is another one by now.
    writeNote(place.run, { ...readRun(place), lnd: { pid: process.pid, startedAt: 'before' } });
    expect(await address()).toBe('node_not_running');
    expect(await code(doorOf(place, systemClock))).toBe('node_not_running');
  });
});

describe('what is shown of a node', () => {
  const shown = ({ place, vault, nursery }: OperatedLnd) =>
    snapshotOf({ place, vault, clock: systemClock, log: nursery.log, backupDirectory: undefined });

  test('is what its keeper and lnd tell', async () => {
    lnd.says('walletBalance', { confirmed_balance: '7', unconfirmed_balance: '3' });
    await keeps(lnd.place, {
      lifecycle: 'running',
      health: 'healthy',
      wallet: 'unlocked',
      synced: true,
      height: 451,
      version: '0.20.1-beta',
    });
    expect(await shown(lnd)).toEqual({
      lifecycle: 'running',
      health: 'healthy',
      wallet: 'unlocked',
      recovery: 'seed_backup_acknowledged',
      channelBackup: 'none',
      version: '0.20.1-beta',
      synced: true,
      height: 451,
      onChain: 7000n,
      arriving: 3000n,
      outbound: 0n,
      inbound: 0n,
      code: undefined,
    });
    expect(lnd.calls.map(({ method }) => method).toSorted()).toEqual([
      'listChannels',
      'walletBalance',
    ]);
  });

  test('is what its keeper tells where lnd does not', async () => {
    lnd.says('walletBalance', new Refusal('a test'));
    await keeps(lnd.place, { lifecycle: 'running', wallet: 'unlocked', synced: true });
    expect(await shown(lnd)).toMatchObject({ wallet: 'unlocked', outbound: undefined });
    await keeps(lnd.place, { lifecycle: 'running', wallet: 'locked', code: 'node_locked' });
    lnd.forget();
    expect(await shown(lnd)).toMatchObject({
      wallet: 'locked',
      code: 'node_locked',
      synced: undefined,
    });
    expect(lnd.calls).toEqual([]);
  });

  test('is little of one whose macaroon or certificate is gone, and never an exception', async () => {
    const other = await operatedLnd();
    await keeps(other.place, { lifecycle: 'running', wallet: 'unlocked', synced: true });
    expect(await shown(other)).toMatchObject({ lifecycle: 'running', outbound: undefined });
    await rm(other.place.certificate);
    expect(await shown(other)).toMatchObject({ lifecycle: 'running', outbound: undefined });
    await keepOrigin(other.place, { seed: 'restored', isBorn: true, isFound: false });
    await mkdir(join(other.place.root, 'lost-channels.proved'));
    expect(await shown(other)).toMatchObject({ recovery: 'restore_ready' });
  });
});
