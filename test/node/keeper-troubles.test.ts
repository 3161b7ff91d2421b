import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Code, DAY, TollkeeperError } from '../../src/base/index.ts';
import type { Keeper, NodeState, Vault } from '../../src/node/index.ts';
import { LONGEST_REST_MS } from '../../src/node/mind.ts';
import { selfSigned } from '../lnd/certificate.ts';
import {
  isHealthy,
  logOf,
  type NodeRig,
  openNodeRig,
  openSharedRig,
  PASSWORD,
  until,
  writeUnder,
} from './node-rig.ts';

vi.setConfig({ testTimeout: 60_000 });

/** A node that is wanted to run, and what is wrong with it. */
async function troubled(rig: NodeRig, code: Code) {
  const keeper = await rig.keep();
  await rig.want('running');
  return { keeper, state: await until(keeper, state => state.code === code) };
}

/** Lets the keeper look several times more. */
async function looksOn(keeper: { state(): NodeState }) {
  const { at } = keeper.state();
  await vi.waitUntil(() => keeper.state().at > at + 5000, { timeout: 20_000 });
}

describe('a wallet', () => {
  test('that is not there yet is waited for', async () => {
    const rig = await openNodeRig({ hasWallet: false });
    const { state } = await troubled(rig, 'node_not_initialized');
    expect(state).toMatchObject({
      lifecycle: 'running',
      health: 'unhealthy',
      wallet: 'uninitialized',
      crashes: 0,
    });
  });

  test('that a wrong password does not open stays locked: one try, no crash, until there is another password', async () => {
    const rig = await openNodeRig();
    await rig.vault.keep('password', Buffer.from('wrong'));
    const { keeper, state } = await troubled(rig, 'node_password_wrong');
    expect(state).toMatchObject({
      lifecycle: 'running',
      health: 'unhealthy',
      wallet: 'locked',
      crashes: 0,
    });
    await looksOn(keeper);
    expect(rig.calls('unlockWallet')).toHaveLength(1);
    // A new wish is a new try, and only one.
    await rig.want('running');
    await vi.waitUntil(() => rig.calls('unlockWallet').length === 2, { timeout: 10_000 });
    await until(keeper, ({ code }) => code === 'node_password_wrong');
    await looksOn(keeper);
    expect(rig.calls('unlockWallet')).toHaveLength(2);
    await rig.vault.keep('password', Buffer.from(PASSWORD));
    expect((await until(keeper, isHealthy)).lnd).toEqual(state.lnd);
    expect(rig.calls('unlockWallet')).toHaveLength(3);
  });

  test('that could not be opened is opened later, also when lnd is just being asked how it is', async () => {
    const rig = await openNodeRig();
    rig.order({ opensNothing: true });
    const { keeper } = await troubled(rig, 'node_locked');
    rig.order({});
    // By then both are due at once, and one thing at a time is said to lnd.
    rig.clock.move(LONGEST_REST_MS);
    await until(keeper, isHealthy);
  });

  test('without a password stays locked until there is one', async () => {
    const rig = await openNodeRig();
    rmSync(join(rig.place.secrets, 'password.sealed'));
    const { keeper, state } = await troubled(rig, 'node_locked');
    expect(state).toMatchObject({ health: 'unhealthy', wallet: 'locked' });
    expect(rig.calls('unlockWallet')).toEqual([]);
    await rig.vault.keep('password', Buffer.from(PASSWORD));
    await until(keeper, isHealthy);
  });

  test('whose secrets another key sealed says so', async () => {
    const rig = await openNodeRig();
    const vault: Vault = {
      ...rig.vault,
      read: async () => {
        throw new TollkeeperError('key_unavailable');
      },
    };
    const keeper = await rig.keep({ vault });
    await rig.want('running');
    await until(keeper, ({ code }) => code === 'key_unavailable');
    expect(keeper.state()).toMatchObject({ lifecycle: 'running', wallet: 'locked' });
  });
});

describe('an lnd that runs', () => {
  let rig: NodeRig;
  let keeper: Keeper;
  let lnd: NodeState['lnd'];
  let backupDirectory: string;
  beforeAll(async () => {
    rig = await openSharedRig();
    backupDirectory = join(rig.home, 'other-disk');
    rig.order({ isUnsynced: true });
    keeper = await rig.keep({ backupDirectory: () => backupDirectory });
    await rig.want('running');
  });
  afterAll(() => rig.close());
  const coded = (code: Code) => until(keeper, state => state.code === code);

  test('and has not caught up with the chain is on its way; later it is unhealthy', async () => {
    const state = await coded('node_unsynced');
    expect(state).toMatchObject({
      lifecycle: 'running',
      health: 'starting',
      wallet: 'unlocked',
      synced: false,
      height: 451,
    });
    rig.order({});
    ({ lnd } = await until(keeper, isHealthy));
    rig.order({ isUnsynced: true });
    expect(await coded('node_unsynced')).toMatchObject({ health: 'unhealthy' });
  });

  test('on another network is not well, whatever else it says', async () => {
    rig.order({ network: 'mainnet' });
    expect(await coded('network_mismatch')).toMatchObject({ health: 'unhealthy', synced: true });
    rig.order({});
    await until(keeper, isHealthy);
  });

  test('and refuses the macaroon says so, until it gets another', async () => {
    await rig.vault.keep('keeper', Buffer.from('somebody else’s'));
    expect(await coded('node_macaroon_refused')).toMatchObject({
      health: 'unhealthy',
      wallet: 'unlocked',
    });
    await rig.vault.keep('keeper', Buffer.from('a macaroon for the keeper'));
    await until(keeper, isHealthy);
  });

  test('and has a channel backup that cannot be copied is well, and says so', async () => {
    writeUnder(rig.place.channelBackup, 'channels');
    expect(await coded('channel_backup_failed')).toMatchObject({ health: 'healthy' });
    mkdirSync(backupDirectory);
    await until(keeper, ({ code }) => code === undefined);
    const copy = join(backupDirectory, 'tollkeeper-regtest-channel.backup');
    expect(readFileSync(copy, 'utf8')).toBe('channels');
  });

  test('and falls silent is unhealthy, is left alone, and can still be stopped', async () => {
    rig.order({ isSilent: true });
    // It is the one that was started first: nothing of all this is a reason to end it.
    expect(await coded('node_unreachable')).toMatchObject({
      lifecycle: 'running',
      health: 'unhealthy',
      lnd,
    });
    await rig.want('stopped');
    await until(keeper, ({ lifecycle }) => lifecycle === 'stopped');
    expect(logOf(rig)).toContain('Shutdown complete: a signal');
  });
});

describe('the certificate of an lnd', () => {
  let rig: NodeRig;
  let keeper: Keeper;
  let last: string;
  const certificate = () => readFileSync(rig.place.certificate, 'utf8');
  beforeAll(async () => {
    rig = await openSharedRig();
    const expired = selfSigned(rig.clock.now() - DAY);
    writeUnder(rig.place.certificate, expired.certificate);
    writeUnder(rig.place.certificateKey, expired.key);
    last = expired.certificate;
    rig.order({ certificateDays: 40 });
    keeper = await rig.keep();
    await rig.want('running');
  });
  afterAll(() => rig.close());

  test('that is expired before it is started is made anew', async () => {
    await until(keeper, isHealthy);
    expect(certificate()).not.toBe(last);
    last = certificate();
    rig.order({});
  });

  test.each<[string, () => void]>([
    ['expires', () => rig.clock.move(41 * DAY)],
    ['is deleted', () => rmSync(rig.place.certificate)],
    ['is replaced', () => writeUnder(rig.place.certificate, selfSigned().certificate)],
  ])('that %s while it runs is made anew, and lnd started with it', async (_name, harm) => {
    const { lnd } = keeper.state();
    harm();
    expect(await until(keeper, ({ code }) => code !== undefined)).toMatchObject({
      code: 'node_certificate_invalid',
      health: 'unhealthy',
      lnd,
    });
    const renewed = await until(keeper, isHealthy);
    expect(renewed.lnd!.pid).not.toBe(lnd!.pid);
    expect(renewed.crashes).toBe(0);
    expect(certificate()).not.toBe(last);
    last = certificate();
    expect(logOf(rig).match(/Shutdown complete: a signal/g)).not.toBeNull();
  });
});
