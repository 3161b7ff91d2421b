import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { HOUR, MINUTE, systemClock } from '../../src/base/index.ts';
import {
  type Keeper,
  keepRecoveryWindow,
  killNode,
  type NodeState,
  readNodeState,
} from '../../src/node/index.ts';
import { isAlive, processOf } from '../../src/node/process-id.ts';
import type { Run } from '../../src/node/run-record.ts';
import {
  healthy,
  isHealthy,
  logOf,
  type NodeRig,
  openNodeRig,
  openSharedRig,
  PASSWORD,
  until,
} from './node-rig.ts';

vi.setConfig({ testTimeout: 60_000 });

const isStopped = ({ lifecycle }: NodeState) => lifecycle === 'stopped';
const runOf = ({ place }: NodeRig) => JSON.parse(readFileSync(place.run, 'utf8'));

/** A process that has charge of the rig's node, and the states that it says. */
function keeperProcess(rig: NodeRig) {
  const worker = join(import.meta.dirname, 'worker.ts');
  const child = spawn(process.execPath, [worker, 'keep', rig.home], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const states: NodeState[] = [];
  createInterface({ input: child.stdout }).on('line', line => states.push(JSON.parse(line)));
  return {
    pid: child.pid!,
    said: (isIt: (state: NodeState) => boolean) =>
      vi.waitUntil(() => states.find(isIt), { timeout: 20_000 }),
    async die() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

describe('a node that is wanted to run', () => {
  let rig: NodeRig;
  let keeper: Keeper;
  let state: NodeState;
  beforeAll(async () => {
    vi.stubEnv('TOLLKEEPER_CANARY', 'a secret of the environment');
    rig = await openSharedRig();
    keeper = await rig.keep();
    expect(keeper.state()).toMatchObject({ lifecycle: 'stopped', wallet: 'initialized' });
    expect(keeper.wanted()).toBe('stopped');
    await rig.want('running');
    expect(keeper.wanted()).toBe('running');
    state = await until(keeper, isHealthy);
    vi.unstubAllEnvs();
  });
  afterAll(() => rig.close());

  test('is started, unlocked and healthy', () => {
    expect(state).toMatchObject({
      lifecycle: 'running',
      wallet: 'unlocked',
      version: '0.20.1-beta',
      height: 451,
      synced: true,
      crashes: 0,
      lnd: runOf(rig).lnd,
      socket: runOf(rig).socket,
      keeper: processOf(process.pid),
    });
    expect(state.code).toBeUndefined();
  });

  test('has its password handed over once, and is told to write no macaroons', () => {
    expect(rig.calls('unlockWallet').map(({ request }) => request)).toEqual([
      {
        wallet_password: Buffer.from(PASSWORD).toString('base64'),
        recovery_window: 0,
        channel_backups: null,
        stateless_init: true,
      },
    ]);
  });

  test('is a process of its own, that knows two paths and nothing of our environment', () => {
    const { pid } = state.lnd!;
    const of = (name: string) => readFileSync(`/proc/${pid}/${name}`, 'utf8').split('\0');
    expect(of('cmdline').slice(2, -1)).toEqual([
      `--configfile=${rig.place.configuration}`,
      `--lnddir=${rig.place.root}`,
    ]);
    const names = of('environ').map(each => each.split('=')[0]!);
    expect(names.filter(name => !['HOME', 'PATH', 'PWD', ''].includes(name))).toEqual([]);
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [, , group, session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    expect([group, session]).toEqual([`${pid}`, `${pid}`]);
  });

  test('leaves files that only its owner reads, and its password in none of them', () => {
    const { configuration, output, run, state: told, wish, lock } = rig.place;
    for (const path of [configuration, output, run, told, wish, lock]) {
      expect(statSync(path).mode & 0o077, path).toBe(0);
      expect(readFileSync(path, 'utf8')).not.toContain(PASSWORD);
    }
    expect(JSON.stringify(keeper.state())).not.toContain(PASSWORD);
  });

  test('is to others what its keeper says, as long as that is fresh', async () => {
    const read = (ms = 0) => {
      const clock = { ...rig.clock, now: () => rig.clock.now() + ms };
      return readNodeState(rig.place, clock);
    };
    const { at: _, ...told } = keeper.state();
    expect(await read()).toMatchObject(told);
    const stale = { lifecycle: 'running', health: 'unknown', synced: false, lnd: state.lnd };
    expect(await read(16_000)).toMatchObject(stale);
    expect(await read(-16_000)).toMatchObject(stale);
    // Its heart beats: what is fresh stays so although nothing changes.
    const before = (await read()).at;
    await vi.waitUntil(async () => (await read()).at > before, { timeout: 8000 });
    expect((await read()).health).toBe('healthy');
  });

  test('is to others nothing that a state cannot be, whoever wrote the file', async () => {
    const odd = { lifecycle: 'asleep', health: 7, lines: 'a line', crashes: '4', retryAt: {} };
    // Its keeper may write in between.
    await vi.waitFor(async () => {
      const said = { ...keeper.state(), at: rig.clock.now(), ...odd, version: ['0'], code: 'none' };
      writeFileSync(rig.place.state, JSON.stringify(said));
      expect(await readNodeState(rig.place, rig.clock)).toMatchObject({
        lifecycle: 'stopped',
        health: 'unknown',
        lines: [],
        crashes: 0,
        retryAt: undefined,
        version: undefined,
        code: undefined,
        wallet: 'unlocked',
        lnd: state.lnd,
      });
      writeFileSync(rig.place.state, '[]');
      expect(await readNodeState(rig.place, rig.clock)).toMatchObject({ lnd: state.lnd });
    });
  });

  test('stops by its own means when it is wanted to', async () => {
    await rig.want('stopped');
    await until(keeper, isStopped);
    expect(isAlive(state.lnd!)).toBe(false);
    expect(logOf(rig)).toContain('Shutdown complete: a stop was asked for');
    expect(logOf(rig)).not.toContain('Received terminated');
  });
});

test('a node that nobody made is stopped to who looks, and nothing is made of it', async () => {
  const { place, clock } = await openNodeRig({ hasWallet: false });
  expect(await readNodeState(place, clock)).toMatchObject({
    lifecycle: 'stopped',
    wallet: 'uninitialized',
    keeper: undefined,
  });
  expect(existsSync(place.data)).toBe(false);
});

describe('a restoration', () => {
  test('that is under way is told to lnd at each unlocking, until it was ready once', async () => {
    const rig = await openNodeRig();
    await keepRecoveryWindow(rig.place, 2500);
    const recovery = join(rig.place.root, 'recovery.json');
    rig.order({ isUnsynced: true });
    const keeper = await rig.keep();
    await rig.want('running');
    const { lnd } = await until(keeper, ({ code }) => code === 'node_unsynced');
    process.kill(lnd!.pid, 'SIGKILL');
    await until(keeper, state => state.code === 'node_unsynced' && state.lnd?.pid !== lnd!.pid);
    rig.order({});
    expect(existsSync(recovery)).toBe(true);
    await until(keeper, isHealthy);
    await vi.waitUntil(() => !existsSync(recovery));
    const windows = rig.calls('unlockWallet').map(({ request }) => request.recovery_window);
    expect(windows).toEqual([2500, 2500]);
  });
});

describe('the end of a keeper', () => {
  test('by force leaves lnd alone, and the next one adopts it', async () => {
    const rig = await openNodeRig();
    await rig.want('running');
    const first = keeperProcess(rig);
    const { lnd } = await first.said(isHealthy);
    expect(await readNodeState(rig.place, systemClock)).toMatchObject({
      health: 'healthy',
      keeper: { pid: first.pid },
    });
    await first.die();
    expect(await readNodeState(rig.place, systemClock)).toMatchObject({
      lifecycle: 'running',
      health: 'unknown',
      keeper: undefined,
      lnd,
    });
    const second = await rig.keep();
    const state = await until(second, isHealthy);
    expect(state.lnd).toEqual(lnd);
    expect(rig.calls('unlockWallet')).toHaveLength(1);
    await second.close({ leave: false });
    expect(isAlive(lnd!)).toBe(false);
  });

  test('that leaves lnd leaves it to the next; one that does not stops it and keeps the wish', async () => {
    const rig = await openNodeRig();
    const { keeper, state } = await healthy(rig);
    await keeper.close({ leave: true });
    expect(isAlive(state.lnd!)).toBe(true);
    const second = await rig.keep();
    expect(second.state().lnd).toEqual(state.lnd);
    await second.close({ leave: false });
    expect(second.state().lifecycle).toBe('stopped');
    expect(isAlive(state.lnd!)).toBe(false);
    expect(second.wanted()).toBe('running');
    expect(await readNodeState(rig.place, rig.clock)).toMatchObject({ lifecycle: 'stopped' });
  });

  test('comes with a copy of what lnd wrote last into its channel backup', async () => {
    const rig = await openNodeRig();
    const { keeper } = await healthy(rig, { backupDirectory: () => rig.home });
    rig.order({ lastBackup: 'the last channel' });
    await keeper.close({ leave: false });
    const copy = join(rig.home, 'tollkeeper-regtest-channel.backup');
    expect(readFileSync(copy, 'utf8')).toBe('the last channel');
  });

  test('frees the node for another; before that, another is refused', async () => {
    const rig = await openNodeRig();
    const first = keeperProcess(rig);
    await first.said(isStopped);
    await expect(rig.keep()).rejects.toThrow('node_busy');
    await first.die();
    await rig.keep();
  });
});

describe('somebody else’s process', () => {
  test('that got the number of an lnd of ours is never touched', async () => {
    const rig = await openNodeRig();
    const stranger = spawn('sleep', ['60']);
    onTestFinished(() => void stranger.kill('SIGKILL'));
    const { startedAt } = processOf(process.pid)!;
    const lnd = { pid: stranger.pid!, startedAt };
    const run: Run = { lnd, socket: '127.0.0.1:1', peerPort: 2, sha256: 'ab', version: '1', at: 0 };
    writeFileSync(rig.place.run, JSON.stringify(run));
    expect(await readNodeState(rig.place, rig.clock)).toMatchObject({ lifecycle: 'stopped' });
    expect(killNode(rig.place)).toBe(false);
    const { keeper, state } = await healthy(rig);
    expect(state.lnd!.pid).not.toBe(stranger.pid);
    await keeper.close({ leave: false });
    expect(processOf(stranger.pid!)).toBeDefined();
    expect(stranger.signalCode).toBeNull();
  });
});

describe('an lnd that is to stop', () => {
  test('leaves a copy of what it wrote last into its channel backup', async () => {
    const rig = await openNodeRig();
    const { keeper } = await healthy(rig, { backupDirectory: () => rig.home });
    rig.order({ lastBackup: 'the last channel' });
    await rig.want('stopped');
    await until(keeper, isStopped);
    const copy = join(rig.home, 'tollkeeper-regtest-channel.backup');
    await vi.waitUntil(() => existsSync(copy));
    expect(readFileSync(copy, 'utf8')).toBe('the last channel');
  });

  test('and has a locked wallet, which takes no such order, gets a signal', async () => {
    const rig = await openNodeRig();
    await rig.vault.keep('password', Buffer.from('wrong'));
    const keeper = await rig.keep();
    await rig.want('running');
    await until(keeper, ({ code }) => code === 'node_password_wrong');
    await rig.want('stopped');
    await until(keeper, isStopped);
    expect(logOf(rig)).toContain('Shutdown complete: a signal');
  });

  test('and does not is told so after a minute, and killed only by a human’s word', async () => {
    const rig = await openNodeRig();
    rig.order({ ignoresStop: true, ignoresSigterm: true });
    const { keeper, state: running } = await healthy(rig);
    const lnd = running.lnd!;
    await rig.want('stopped');
    expect(await until(keeper, ({ lifecycle }) => lifecycle === 'stopping')).toMatchObject({
      health: 'unknown',
      code: undefined,
    });
    await vi.waitUntil(() => rig.calls('stopDaemon').length === 1);
    rig.clock.move(MINUTE);
    const state = await until(keeper, ({ code }) => code === 'node_stop_pending');
    expect(state).toMatchObject({ lifecycle: 'stopping', health: 'unhealthy', lnd });
    rig.clock.move(HOUR);
    await vi.waitUntil(() => keeper.state().at > state.at + HOUR);
    expect(isAlive(lnd)).toBe(true);
    expect(rig.calls('stopDaemon')).toHaveLength(1);
    // Whoever waits for the end of it can still go without.
    const patient = keeper.close({ leave: false });
    await keeper.close({ leave: true });
    await patient;
    const second = await rig.keep();
    expect(second.state().lnd).toEqual(lnd);
    expect(killNode(rig.place)).toBe(true);
    await until(second, isStopped);
    expect(killNode(rig.place)).toBe(false);
  });

  test('and is wanted again meanwhile is started anew once it has ended', async () => {
    const rig = await openNodeRig();
    const { keeper, state } = await healthy(rig);
    await rig.want('stopped');
    await until(keeper, ({ lifecycle }) => lifecycle !== 'running');
    await rig.want('running');
    const now = await until(keeper, each => isHealthy(each) && each.lnd!.pid !== state.lnd!.pid);
    expect(now.crashes).toBe(0);
    expect(isAlive(state.lnd!)).toBe(false);
  });
});
