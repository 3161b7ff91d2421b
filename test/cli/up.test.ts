import { existsSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Desk, once, openDesk } from '../e2e/desk.ts';
import { leaseOf, withRecord } from './lease-row.ts';
import { type Listener, listenTo } from './listener.ts';
import { openShell, type Shell } from './shell.ts';

// A loaded machine is slow to start processes, and the wallet is given 20 s to answer.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

let shell: Shell;
let desk: Desk;
let up: Listener;
let before: number;
let round = 0;

const start = (...args: string[]) => listenTo(shell.start(desk.home, 'up', ...args));
const order = () => ({ url: `${desk.shop.url}/weather`, scope: `${round}` });
const paid = async () => (await desk.payments()) - before;

beforeAll(async () => {
  shell = await openShell();
  desk = await openDesk();
  await desk.settle({ approvals: { coolDownMinutes: 0, maxPerHour: 100 } });
});
afterAll(async () => {
  await desk.close();
  await shell.close();
});
beforeEach(async () => {
  round += 1;
  before = await desk.payments();
  up = start('--json');
  await up.heard({ event: 'executing', pid: up.pid });
});
afterEach(async () => {
  up.kill('SIGINT');
  await up.exit;
  await desk.settleStuck();
  await desk.sandbox.setBehaviour({ kind: 'instant' });
});

describe('while `tollkeeper up` runs', () => {
  test('a client’s purchase is paid by it, and the client’s server never has the lease', async () => {
    const lease = leaseOf(desk.home);
    expect(lease.holder).toMatch(new RegExp(`^standing/${up.pid}/`));
    const client = await desk.start('v2 modern', () => once);
    const { output } = await client.call('l402_fetch', order());
    expect(output).toMatchObject({ status: 'completed', paid: true });
    const { taskId } = output;
    expect(await up.heard({ event: 'purchase', taskId, status: 'completed' })).toMatchObject({
      money: 'moved',
      method: 'GET',
      amountMsats: 100_000,
    });
    expect(leaseOf(desk.home)).toEqual(lease);
    expect(await paid()).toBe(1);
    await client.close();
  });

  test('a purchase whose client was killed after its approval is seen through', async () => {
    await desk.sandbox.setBehaviour({ kind: 'stuck' });
    const client = await desk.start('v2 modern', () => once);
    const buying = client.call('l402_fetch', order()).catch(() => undefined);
    const { taskId } = await up.heard({ event: 'purchase', status: 'running' });
    process.kill(client.pid, 'SIGKILL');
    await buying;
    await desk.settleStuck();
    await up.heard({ event: 'purchase', taskId, status: 'completed' });
    expect(await paid()).toBe(1);
    expect(leaseOf(desk.home).holder).toContain(`/${up.pid}/`);
  });

  test('the status says that it stands', async () => {
    const { documents } = await shell.run(desk.home, 'status', '--json');
    expect(documents()[0]).toMatchObject({ executor: 'standing' });
    expect((await shell.run(desk.home, 'status')).stdout).toContain('`tollkeeper up` runs');
  });

  test('a second one stands by, can be ended, and takes over as soon as the first ends', async () => {
    const idle = start('--json');
    await idle.heard({ event: 'standing_by', post: 'standing', pid: up.pid });
    idle.kill('SIGTERM');
    expect(await idle.exit).toBe(0);
    const { fence, holder } = leaseOf(desk.home);
    expect(holder).toContain(`/${up.pid}/`);

    const second = start('--json');
    await second.heard({ event: 'standing_by', pid: up.pid });
    up.kill('SIGTERM');
    expect(await up.exit).toBe(0);
    await second.heard({ event: 'executing', pid: second.pid });
    expect(leaseOf(desk.home).fence).toBe(fence + 1);
    second.kill('SIGINT');
    expect(await second.exit).toBe(0);
    expect(leaseOf(desk.home).holder).toBeNull();
  });
});

describe('ending it while a payment is on its way', () => {
  let taskId: string;
  beforeEach(async () => {
    await desk.sandbox.setBehaviour({ kind: 'stuck' });
    const client = await desk.start('v2 modern', () => once);
    void client.call('l402_fetch', order()).catch(() => undefined);
    ({ taskId } = await up.heard({ event: 'purchase', status: 'running' }));
    process.kill(client.pid, 'SIGKILL');
    await desk.until(async () => (await desk.inFlight()) === 1);
  });

  test('takes a few seconds, frees the lease, and loses nothing', async () => {
    up.kill('SIGTERM');
    await up.heard({ event: 'left_under_way', askedAgain: false });
    expect(await up.exit).toBe(0);
    expect(leaseOf(desk.home).holder).toBeNull();
    await desk.settleStuck();
    const { code, documents } = await shell.run(desk.home, 'recover', '--json');
    expect(documents()[0].purchases).toMatchObject([{ taskId, result: 'paid' }]);
    expect(code).toBe(0);
    expect(await paid()).toBe(1);
  });

  test('is at once with a second signal', async () => {
    up.kill('SIGINT');
    await up.heard({ event: 'stopping' });
    up.kill('SIGINT');
    await up.heard({ event: 'left_under_way', askedAgain: true });
    expect(await up.exit).toBe(0);
    expect(leaseOf(desk.home).holder).toBeNull();
    await desk.settleStuck();
    up = start('--json');
    await up.heard({ event: 'purchase', taskId, status: 'completed' });
    expect(await paid()).toBe(1);
  });
});

test('without --json it speaks to a human, on stderr alone', async () => {
  up.kill('SIGTERM');
  await up.exit;
  up = start();
  await up.told('This process pays from here on.');
  const client = await desk.start('v2 modern', () => once);
  const { taskId } = (await client.call('l402_fetch', order())).output;
  await up.told(`${taskId}  completed  GET ${new URL(desk.shop.url).host}  Paid 100 sats`);
  await client.close();
  up.kill('SIGHUP');
  expect(await up.exit).toBe(0);
  expect(up.stderr()).toMatch(/Stopping\.\n.*Stopped\.\n$/);
  expect(up.stdout()).toBe('');
});

test('a record of a newer version is left alone', async () => {
  const home = shell.freshHome();
  await shell.run(home, 'status');
  withRecord(home, db => db.exec('PRAGMA user_version = 1000'));
  const { code, documents } = await shell.run(home, 'up', '--json');
  expect(code).toBe(5);
  expect(documents()[0].error.code).toBe('store_newer');
  expect(existsSync(home)).toBe(true);
});
