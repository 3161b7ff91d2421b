import { createHash } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/base/index.ts';
import { openPin } from '../../src/secrets/index.ts';
import { nodeStop } from '../../src/server/cli/commands/node-stop.ts';
import { nodeUnlock } from '../../src/server/cli/commands/node-unlock.ts';
import { freePort } from '../node/lnd-binary.ts';
import { type NodeRig, openSharedRig, PASSWORD } from '../node/node-rig.ts';
import { ownLnd } from '../node/own-lnd.ts';
import { sitAt } from './human.ts';
import { listenTo } from './listener.ts';
import { type Ended, openShell, type Shell } from './shell.ts';

// The shipped commands, with an lnd that is a program of ours behind them; test/regtest does it with the real one.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let shell: Shell;
let rig: NodeRig;
beforeAll(async () => {
  shell = await openShell();
  rig = await openSharedRig();
  await settle(rig);
});
afterEach(async () => {
  rig.order({});
  await shell.run(rig.home, 'node', 'stop');
});
afterAll(async () => {
  await rig.close();
  await shell.close();
});

const node = (...args: string[]): Promise<Ended> => shell.run(rig.home, 'node', ...args, '--json');
const said = async (...args: string[]) => (await node(...args)).documents()[0];
const alive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** What is wanted of the node by now. */
const wanted = (): string => JSON.parse(readFileSync(rig.place.wish, 'utf8')).want;

/** Names our lnd in the settings, by its hash. */
async function settle({ home }: NodeRig, more: object = {}): Promise<void> {
  const ports = { rpcPort: await freePort(), peerPort: await freePort() };
  const lnd = { binary: ownLnd(home), ...ports, ...more };
  const settings = { network: 'regtest', wallet: { kind: 'lnd' }, lnd };
  writeFileSync(join(home, 'settings.json'), JSON.stringify(settings), { mode: 0o600 });
}

describe('node start', () => {
  test('has a keeper go on in the background, and node stop ends both', async () => {
    const started = await node('start');
    expect(started.code).toBe(0);
    const [state] = started.documents();
    expect(state).toMatchObject({ lifecycle: 'running', health: 'healthy', wallet: 'unlocked' });
    expect(alive(state.keeper.pid) && alive(state.lnd.pid)).toBe(true);
    expect(await said('status')).toMatchObject({
      network: 'regtest',
      mode: 'supervised',
      lifecycle: 'running',
      health: 'healthy',
      version: '0.20.1-beta',
      synced: true,
      height: 451,
    });

    const again = await said('start');
    expect(again.lnd).toEqual(state.lnd);
    expect(again.keeper).toEqual(state.keeper);

    const stopped = await node('stop');
    expect([stopped.code, stopped.documents()]).toEqual([0, [{ stopped: true, changed: true }]]);
    await vi.waitUntil(() => !alive(state.keeper.pid) && !alive(state.lnd.pid), 10_000);
    expect((await node('stop')).code).toBe(4);
    expect(await said('status')).toMatchObject({ lifecycle: 'stopped', health: 'unknown' });
  });

  test('says why a node does not come up, with what it said last', async () => {
    rig.order({ crashes: true, complaint: 'no such option' });
    const { code, documents, stderr } = await shell.run(rig.home, 'node', 'start', '--json');
    expect(documents()[0].error.code).toBe('crash_loop_exhausted');
    expect(code).toBe(5);
    expect(stderr).toContain('no such option');
  });

  test('ends with 1 where the node is up and not in step with the chain in time', async () => {
    rig.order({ isUnsynced: true });
    await node('start', '--wait', '0');
    await vi.waitUntil(async () => (await said('status')).wallet === 'unlocked', 20_000);
    const { code, documents } = await node('start', '--wait', '1');
    expect(code).toBe(1);
    expect(documents()[0]).toMatchObject({
      wallet: 'unlocked',
      synced: false,
      code: 'node_unsynced',
    });
  });

  test('runs no other lnd than the one whose hash was named, and the right one as soon as it is there', async () => {
    const path = join(rig.home, 'own-lnd.sh');
    const right = readFileSync(path, 'utf8');
    writeFileSync(path, right.replace('exec', 'true; exec'));
    const { documents } = await node('start', '--wait', '10');
    expect(documents()[0].error.code).toBe('checksum_mismatch');
    // The keeper that failed goes on; it takes what the settings say by then.
    const named = JSON.parse(readFileSync(join(rig.home, 'settings.json'), 'utf8'));
    const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
    named.lnd.binary.sha256 = sha256;
    writeFileSync(join(rig.home, 'settings.json'), JSON.stringify(named));
    expect((await node('start')).code).toBe(0);
    writeFileSync(path, right);
    await settle(rig);
  });
});

describe('a node whose keeper was killed', () => {
  test('goes on, is told to be running, and is stopped by node stop all the same', async () => {
    const { keeper, lnd } = await said('start');
    process.kill(keeper.pid, 'SIGKILL');
    await vi.waitUntil(() => !alive(keeper.pid), 10_000);
    expect(alive(lnd.pid)).toBe(true);
    expect(await said('status')).toMatchObject({ lifecycle: 'running', health: 'unknown' });
    expect((await node('stop')).code).toBe(0);
    expect(alive(lnd.pid)).toBe(false);
  });

  test('is taken over as it is by the next node start', async () => {
    const { keeper, lnd } = await said('start');
    process.kill(keeper.pid, 'SIGKILL');
    await vi.waitUntil(() => !alive(keeper.pid), 10_000);
    const next = await said('start');
    expect(next.lnd).toEqual(lnd);
    expect(next.keeper.pid).not.toBe(keeper.pid);
    expect(next.health).toBe('healthy');
  });
});

describe('a node that does not end', () => {
  test('is never killed but by a human’s word', async () => {
    const { lnd } = await said('start');
    rig.order({ ignoresStop: true, ignoresSigterm: true });
    const waited = await node('stop', '--wait', '2');
    expect(waited.documents()[0].error.code).toBe('node_stop_pending');
    expect(alive(lnd.pid)).toBe(true);
    expect((await sitAt(nodeStop, rig.home, { kill: true }, false)).end).toBe(3);
    expect(alive(lnd.pid)).toBe(true);
    expect((await sitAt(nodeStop, rig.home, { kill: true }, true)).end).toBe(0);
    await vi.waitUntil(() => !alive(lnd.pid), 10_000);
  });

  test('is not said to have ended as long as its keeper does nothing about it', async () => {
    const { keeper, lnd } = await said('start');
    process.kill(keeper.pid, 'SIGSTOP');
    const waited = await node('stop', '--wait', '1');
    process.kill(keeper.pid, 'SIGCONT');
    expect(waited.documents()[0].error?.code).toBe('node_stop_pending');
    await vi.waitUntil(() => !alive(lnd.pid), 10_000);
  });

  test('goes on, and is not even stopped, where a human does not want it killed', async () => {
    await said('start');
    expect((await sitAt(nodeStop, rig.home, { kill: true }, false)).end).toBe(3);
    expect(wanted()).toBe('running');
  });
});

describe('tollkeeper up', () => {
  test('keeps the node beside paying, starts it again when it dies, and ends it when it ends', async () => {
    const up = listenTo(shell.start(rig.home, 'up', '--json'));
    const ready = await up.heard({ event: 'node', health: 'healthy' });
    process.kill(ready.lnd.pid, 'SIGKILL');
    await up.heard({ event: 'node', lifecycle: 'backoff' });
    const back = await vi.waitUntil(
      () =>
        up
          .stdout()
          .split('\n')
          .flatMap(line => (line === '' ? [] : [JSON.parse(line)]))
          .find(({ health, lnd }) => health === 'healthy' && lnd.pid !== ready.lnd.pid),
      20_000,
    );
    up.kill('SIGTERM');
    expect(await up.exit).toBe(0);
    await vi.waitUntil(() => !alive(back.lnd.pid), 10_000);
  });

  test('stands by while another process keeps the node, and leaves it running', async () => {
    const { lnd } = await said('start');
    const up = listenTo(shell.start(rig.home, 'up', '--json'));
    await up.heard({ event: 'node_standing_by', code: 'node_busy' });
    up.kill('SIGTERM');
    expect(await up.exit).toBe(0);
    expect(alive(lnd.pid)).toBe(true);
  });

  test('takes over from a keeper that ended, and starts nothing that was stopped', async () => {
    await said('start');
    const up = listenTo(shell.start(rig.home, 'up', '--json'));
    await up.heard({ event: 'node_standing_by', code: 'node_busy' });
    await node('stop');
    await up.heard({ event: 'node', lifecycle: 'stopped' });
    expect(wanted()).toBe('stopped');
    const { keeper } = await said('start');
    expect(keeper.pid).toBe(up.pid);
    up.kill('SIGTERM');
    expect(await up.exit).toBe(0);
  });
});

describe('doctor', () => {
  test('looks at the node: its binary, whether it runs, where its channel backup is', async () => {
    const check = async (name: string) => {
      const { documents } = await shell.run(rig.home, 'doctor', '--json');
      return documents()[0].checks.find((each: { name: string }) => each.name === name);
    };
    expect(await check('lnd')).toMatchObject({ level: 'ok' });
    expect(await check('Lightning node')).toMatchObject({
      level: 'fail',
      finding: expect.stringContaining('node_not_running'),
    });
    await node('start');
    expect(await check('Lightning node')).toMatchObject({ level: 'ok' });
    expect(await check('channel backup')).toMatchObject({ level: 'ok' });
    writeFileSync(rig.place.channelBackup, 'channels');
    expect(await check('channel backup')).toMatchObject({ level: 'warn' });
  });
});

describe('commands of the node', () => {
  test.each([['start'], ['stop'], ['status'], ['fund'], ['channel', 'list'], ['logs']])(
    'say what to do where there is none: node %s %s',
    async (...args) => {
      const { code, documents } = await shell.run(shell.freshHome(), 'node', ...args, '--json');
      expect(documents()[0].error).toMatchObject({ code: 'node_not_initialized' });
      expect(code).toBe(4);
    },
  );

  test('say what a directory of another network is, and touch nothing in it', async () => {
    await settle(rig);
    const settings = JSON.parse(readFileSync(join(rig.home, 'settings.json'), 'utf8'));
    const moved = join(rig.home, 'lnd', 'signet');
    renameSync(rig.place.root, moved);
    const path = join(rig.home, 'settings.json');
    writeFileSync(path, JSON.stringify({ ...settings, network: 'signet' }));
    const codes = [await said('start'), await said('stop'), await said('logs')];
    renameSync(moved, rig.place.root);
    await settle(rig);
    expect(codes.map(({ error }) => error.code)).toEqual(Array(3).fill('network_mismatch'));
  });

  test('have a wallet whose password nobody sealed unlocked by a human', async () => {
    // Its macaroons are there: it was made here.
    await rig.vault.keep('admin', Buffer.from('a macaroon for the admin'));
    const origin = { seed: 'acknowledged', isBorn: true, isFound: false };
    writeFileSync(join(rig.place.root, 'origin.json'), JSON.stringify(origin));
    const sealed = join(rig.place.secrets, 'password.sealed');
    const password = readFileSync(sealed);
    rmSync(sealed);
    const { code, documents } = await node('start');
    expect(documents()[0].error).toMatchObject({ code: 'node_locked' });
    expect(code).toBe(1);
    expect((await sitAt(nodeUnlock, rig.home, {}, 'wrong')).end).toBe('node_password_wrong');
    expect((await sitAt(nodeUnlock, rig.home, {}, PASSWORD)).end).toBe(0);
    expect(await said('start')).toMatchObject({ health: 'healthy' });
    expect(readFileSync(sealed)).not.toEqual(password);
  });

  test('are refused where the settings name a remote node', async () => {
    await settle(rig, { mode: 'remote', address: 'node.example:10009' });
    for (const args of [['start'], ['stop'], ['fund'], ['logs']]) {
      expect((await said(...args)).error.code).toBe('node_config_invalid');
    }
    await settle(rig);
  });

  test('logs shows what lnd wrote', async () => {
    await node('start');
    expect((await said('logs')).lines.join('\n')).toContain('RPC server listening');
  });

  test('nothing of an edit that names another binary is run before a human confirms it', async () => {
    await openPin(join(rig.home, 'keys'), systemClock).set('a long pin');
    const { documents } = await node('start', '--wait', '5');
    expect(documents()[0].error.code).toBe('node_not_initialized');
  });
});
