import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type Log, ok, refuse, silent } from '../../src/base/index.ts';
import type { KeeperOptions, NodeState } from '../../src/node/index.ts';
import { processOf } from '../../src/node/process-id.ts';
import { freePort } from './lnd-binary.ts';
import { healthy, isHealthy, openNodeRig, until, writeUnder } from './node-rig.ts';

vi.setConfig({ testTimeout: 90_000 });

const isFailed = ({ lifecycle }: NodeState) => lifecycle === 'failed';

/** A log that counts how often lnd was started, and when it ended how often it had crashed. */
function tally() {
  const starts: number[] = [];
  const crashes: number[] = [];
  const info = (data: object, message: string) => {
    const { lnd, crashes: count } = data as { lnd: { pid: number }; crashes: number };
    if (message === 'lnd was started') starts.push(lnd.pid);
    if (message === 'lnd ended') crashes.push(count);
  };
  const log: Log = { ...silent, info };
  return { log, starts, crashes };
}

describe('an lnd that ends by itself', () => {
  test('is back each time, ten times out of ten, and ready again with one password each', async () => {
    const rig = await openNodeRig();
    const { log, starts, crashes } = tally();
    const { keeper, state } = await healthy(rig, { log });
    let { pid } = state.lnd!;
    for (let kills = 0; kills < 10; kills += 1) {
      process.kill(pid, 'SIGKILL');
      const back = await until(keeper, each => isHealthy(each) && each.lnd!.pid !== pid);
      expect(back).toMatchObject({ crashes: 0, code: undefined, wallet: 'unlocked' });
      pid = back.lnd!.pid;
    }
    expect(starts).toHaveLength(11);
    expect(crashes).toEqual(Array(10).fill(0));
    expect(rig.calls('unlockWallet').map(call => call.pid)).toEqual(starts);
  });

  test('four times before it is ready is given up, with what it said last', async () => {
    const rig = await openNodeRig();
    const { log, starts, crashes } = tally();
    const macaroon = 'AgEDbG5kAvgBAwoQ6fJ5VyQ2tVz2x';
    rig.order({ crashes: true, complaint: `failed to load config: ${macaroon}` });
    const keeper = await rig.keep({ log });
    await rig.want('running');
    const waits = new Set<number>();
    const state = await until(keeper, each => {
      if (each.lifecycle === 'backoff') waits.add(each.retryAt! - each.at);
      return isFailed(each);
    });
    expect(state).toMatchObject({
      code: 'crash_loop_exhausted',
      crashes: 4,
      retryAt: undefined,
      lnd: undefined,
    });
    expect(state.lines.at(-1)).toBe('failed to load config: …');
    expect(starts).toHaveLength(4);
    expect(crashes).toEqual([1, 2, 3, 4]);
    expect(Math.max(...waits)).toBeLessThanOrEqual(2000);
    expect(Math.max(...waits)).toBeGreaterThan(1000);
    const { at } = keeper.state();
    await vi.waitUntil(() => keeper.state().at > at + 11_000, { timeout: 20_000 });
    expect(starts).toHaveLength(4);

    rig.order({});
    await rig.want('running');
    expect(await until(keeper, isHealthy)).toMatchObject({ crashes: 0, lines: [] });
  });
});

describe('an lnd that cannot be started', () => {
  /** Opens a keeper whose node is wanted, and waits until it says why there is none. */
  async function failed(
    rig: Awaited<ReturnType<typeof openNodeRig>>,
    options: Partial<KeeperOptions>,
  ) {
    const { log, starts } = tally();
    const keeper = await rig.keep({ log, ...options });
    await rig.want('running');
    const state = await until(keeper, isFailed);
    expect(state).toMatchObject({ crashes: 0, lnd: undefined });
    expect(state.retryAt).toBeGreaterThan(state.at);
    expect(starts).toEqual([]);
    return { keeper, state };
  }

  test('because another program has its port is started once that is free, without a word', async () => {
    const rig = await openNodeRig();
    const rpcPort = await freePort();
    const peerPort = await freePort();
    const other = createServer();
    await new Promise<void>(resolve => other.listen(rpcPort, '127.0.0.1', resolve));
    onTestFinished(() => void other.close());
    const configuration = () => ({ alias: 'a', rpcPort, peerPort, peers: [], feeUrl: '' });
    const { keeper, state } = await failed(rig, { configuration });
    expect(state.code).toBe('port_taken');
    other.close();
    rig.clock.move(10_000);
    const { socket } = await until(keeper, isHealthy);
    expect(socket).toBe(`127.0.0.1:${rpcPort}`);
  });

  test('because its binary is another is tried again at once when it is wished for', async () => {
    const rig = await openNodeRig();
    let code: 'checksum_mismatch' | undefined = 'checksum_mismatch';
    const path = join(rig.home, 'lnd.sh');
    const binary = async () =>
      code ? refuse(code) : ok({ path, sha256: 'cd'.repeat(32), version: '0.20.1-beta' });
    const { keeper, state } = await failed(rig, { binary });
    expect(state.code).toBe('checksum_mismatch');
    code = undefined;
    await rig.want('running');
    const before = keeper.state().retryAt!;
    await until(keeper, ({ lifecycle }) => lifecycle === 'running');
    expect(keeper.state().at).toBeLessThan(before + 5000);
  });

  test('because the system does not run its file', async () => {
    const rig = await openNodeRig();
    chmodSync(join(rig.home, 'lnd.sh'), 0o600);
    expect((await failed(rig, {})).state.code).toBe('binary_not_found');
  });

  test('because the directory belongs to another network, of which nothing is touched', async () => {
    const rig = await openNodeRig();
    writeUnder(join(rig.place.root, 'node.json'), '{"network":"mainnet"}');
    expect((await failed(rig, {})).state.code).toBe('network_mismatch');
    expect(existsSync(rig.place.configuration)).toBe(false);
  });

  test('because of its settings', async () => {
    const rig = await openNodeRig();
    const configuration = () => ({
      alias: 'a\nno-macaroons=1',
      rpcPort: 0,
      peerPort: 0,
      peers: [],
      feeUrl: '',
    });
    expect((await failed(rig, { configuration })).state.code).toBe('node_config_invalid');
    expect(existsSync(rig.place.configuration)).toBe(false);
  });

  test('because somebody took the lock away, which may mean that another has charge of it', async () => {
    const rig = await openNodeRig();
    const { log, starts } = tally();
    const keeper = await rig.keep({ log });
    rmSync(rig.place.lock);
    await rig.want('running');
    expect((await until(keeper, isFailed)).code).toBe('node_busy');
    expect(starts).toEqual([]);
    const own = { ...processOf(process.pid), id: '00000000-0000-0000-0000-000000000000' };
    writeFileSync(rig.place.lock, JSON.stringify(own));
    await keeper.close({ leave: true });
    expect(existsSync(rig.place.lock)).toBe(true);
  });
});
