import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { isHealthy, type NodeRig, openNodeRig, until } from './node-rig.ts';

vi.setConfig({ testTimeout: 60_000 });

/** Puts something in a file's place that no rename replaces: as a full disk, it keeps the file from being written. */
function block(path: string): void {
  rmSync(path, { force: true });
  mkdirSync(join(path, 'in the way'), { recursive: true });
}

/** The processes that were started for a node. */
function processesOf({ place }: NodeRig): number[] {
  const pids = readdirSync('/proc').filter(name => /^\d+$/.test(name));
  return pids.map(Number).filter(pid => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(place.root);
    } catch {
      return false;
    }
  });
}

describe('a disk that takes nothing more', () => {
  test('keeps nobody from stopping lnd, and from starting it again', async () => {
    const rig = await openNodeRig();
    const keeper = await rig.keep();
    await rig.want('running');
    await until(keeper, isHealthy);
    block(rig.place.state);
    await rig.want('stopped');
    await until(keeper, ({ lifecycle }) => lifecycle === 'stopped');
    await rig.want('running');
    await until(keeper, isHealthy);
  });

  test('leaves no lnd running of which it takes no note', async () => {
    const rig = await openNodeRig();
    onTestFinished(() => {
      for (const pid of processesOf(rig)) process.kill(pid, 'SIGKILL');
    });
    block(rig.place.run);
    const keeper = await rig.keep();
    await rig.want('running');
    const { retryAt, at } = await until(keeper, ({ lifecycle }) => lifecycle === 'failed');
    expect(retryAt).toBeGreaterThan(at);
    await vi.waitUntil(() => processesOf(rig).length === 0, 10_000);
    rmSync(rig.place.run, { recursive: true });
    rig.clock.move(10_000);
    await until(keeper, isHealthy);
  });
});
