import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { type Code, DAY, TollkeeperError } from '../../src/base/index.ts';
import type { NodeState, Vault } from '../../src/node/index.ts';
import { selfSigned } from '../lnd/certificate.ts';
import {
  healthy,
  isHealthy,
  logOf,
  type NodeRig,
  openNodeRig,
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

describe('an lnd', () => {
  test('that has not caught up with the chain is on its way, not ready', async () => {
    const rig = await openNodeRig();
    rig.order({ isUnsynced: true });
    const { keeper, state } = await troubled(rig, 'node_unsynced');
    expect(state).toMatchObject({
      lifecycle: 'running',
      health: 'starting',
      wallet: 'unlocked',
      synced: false,
      height: 451,
    });
    rig.order({});
    await until(keeper, isHealthy);
    rig.order({ isUnsynced: true });
    expect(await until(keeper, ({ code }) => code === 'node_unsynced')).toMatchObject({
      health: 'unhealthy',
    });
  });

  test('on another network is not ready, whatever else it says', async () => {
    const rig = await openNodeRig();
    rig.order({ network: 'mainnet' });
    const { state } = await troubled(rig, 'network_mismatch');
    expect(state).toMatchObject({ lifecycle: 'running', health: 'unhealthy' });
  });

  test('that refuses the macaroon says so, until it gets another', async () => {
    const rig = await openNodeRig();
    await rig.vault.keep('keeper', Buffer.from('somebody else’s'));
    const { keeper, state } = await troubled(rig, 'node_macaroon_refused');
    expect(state).toMatchObject({ health: 'unhealthy', wallet: 'unlocked' });
    await rig.vault.keep('keeper', Buffer.from('a macaroon for the keeper'));
    expect((await until(keeper, isHealthy)).lnd).toEqual(state.lnd);
  });

  test('that falls silent is unhealthy, is left alone, and can still be stopped', async () => {
    const rig = await openNodeRig();
    const { keeper, state } = await healthy(rig);
    rig.order({ isSilent: true });
    const silent = await until(keeper, ({ code }) => code === 'node_unreachable');
    expect(silent).toMatchObject({ lifecycle: 'running', health: 'unhealthy', lnd: state.lnd });
    await rig.want('stopped');
    await until(keeper, ({ lifecycle }) => lifecycle === 'stopped');
    expect(logOf(rig)).toContain('Shutdown complete: a signal');
  });

  test('whose channel backup cannot be copied works on, and says so', async () => {
    const rig = await openNodeRig();
    const backupDirectory = join(rig.home, 'other-disk');
    const { keeper } = await healthy(rig, { backupDirectory });
    expect(keeper.state().code).toBeUndefined();
    writeUnder(rig.place.channelBackup, 'channels');
    expect(await until(keeper, ({ code }) => code === 'channel_backup_failed')).toMatchObject({
      health: 'healthy',
    });
    mkdirSync(backupDirectory);
    await until(keeper, ({ code }) => code === undefined);
    const copy = join(backupDirectory, 'tollkeeper-regtest-channel.backup');
    expect(readFileSync(copy, 'utf8')).toBe('channels');
  });
});

describe('a certificate', () => {
  const certificateOf = ({ place }: NodeRig) => readFileSync(place.certificate, 'utf8');

  test('that is expired before lnd is started is made anew', async () => {
    const rig = await openNodeRig();
    const expired = selfSigned(rig.clock.now() - DAY);
    writeUnder(rig.place.certificate, expired.certificate);
    writeUnder(rig.place.certificateKey, expired.key);
    await healthy(rig);
    expect(certificateOf(rig)).not.toBe(expired.certificate);
  });

  test.each<[string, (rig: NodeRig) => void]>([
    ['is deleted', ({ place }) => rmSync(place.certificate)],
    ['expires', ({ clock }) => clock.move(41 * DAY)],
    ['is replaced', ({ place }) => writeFileSync(place.certificate, selfSigned().certificate)],
  ])('that %s while lnd runs is made anew, and lnd is started with it', async (_name, harm) => {
    const rig = await openNodeRig();
    const first = selfSigned(rig.clock.now() + 40 * DAY);
    writeUnder(rig.place.certificate, first.certificate);
    writeUnder(rig.place.certificateKey, first.key);
    const { keeper, state } = await healthy(rig);
    expect(certificateOf(rig)).toBe(first.certificate);
    harm(rig);
    expect(await until(keeper, ({ code }) => code !== undefined)).toMatchObject({
      code: 'node_certificate_invalid',
      health: 'unhealthy',
      lnd: state.lnd,
    });
    const renewed = await until(keeper, isHealthy);
    expect(renewed.lnd!.pid).not.toBe(state.lnd!.pid);
    expect(existsSync(rig.place.certificateKey)).toBe(true);
    expect(certificateOf(rig)).not.toBe(first.certificate);
    expect(logOf(rig)).toContain('Shutdown complete: a signal');
  });
});
