import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { TaskId } from '../../src/base/index.ts';
import { type Desk, once, openDesk } from '../e2e/desk.ts';
import { dropLease, leaseOf, withRecord } from './lease-row.ts';
import { listenTo } from './listener.ts';
import { openShell, type Shell } from './shell.ts';

// A loaded machine is slow to start processes, and the wallet is given 20 s to answer.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

let shell: Shell;
let desk: Desk;
beforeEach(async () => {
  shell = await openShell();
  desk = await openDesk();
  await desk.settle({ payments: { maxInFlightPerHost: 2 } });
});
afterEach(async () => {
  await desk.close();
  await shell.close();
});

const recover = () => shell.run(desk.home, 'recover', '--json');
const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);

/** The task of the newest fact of a kind. */
function newest(kind: string): TaskId | undefined {
  const select = 'SELECT task_id AS id FROM fact WHERE kind = ? ORDER BY number DESC LIMIT 1';
  return withRecord(desk.home, db => db.prepare(select).get(kind) as { id: TaskId } | undefined)
    ?.id;
}

/** The payment hash that the wallet has under way. */
function hashInFlight(): string {
  const ledger = new DatabaseSync(join(desk.home, 'sandbox.db'), { timeout: 5000 });
  try {
    const row = ledger.prepare("SELECT hash FROM payment WHERE state = 'in_flight'").get();
    return String(row?.hash);
  } finally {
    ledger.close();
  }
}

/** Buys in a process that dies over the payment; the id of its task. */
async function lose(kind: 'stuck' | 'wrong_preimage', path: string): Promise<TaskId> {
  await desk.sandbox.setBehaviour({ kind });
  const before = await desk.inFlight();
  const client = await desk.start('v2 modern', () => once);
  const buying = client
    .call('l402_fetch', { url: `${desk.shop.url}${path}` })
    .catch(() => undefined);
  await desk.until(async () =>
    kind === 'stuck' ? (await desk.inFlight()) > before : newest('doubted') !== undefined,
  );
  process.kill(client.pid, 'SIGKILL');
  await buying;
  return newest('reserved')!;
}

describe('with a payment that a process left when it died,', () => {
  let taskId: TaskId;
  beforeEach(async () => {
    taskId = await lose('stuck', '/weather');
  });

  test('the status says that nobody pays, and what to do', async () => {
    dropLease(desk.home);
    const { documents } = await shell.run(desk.home, 'status', '--json');
    expect(documents()[0]).toMatchObject({
      executor: 'offline',
      executorCode: 'desktop_executor_offline',
      executorHint: expect.stringContaining(`\`tollkeeper up --home ${desk.home}\``),
    });
    expect((await shell.run(desk.home, 'status')).stdout).toMatch(/Executor +NONE, .*Start `/);
  });

  test('recover finds it paid, once the lease of the dead is stale, and fetches what was bought', async () => {
    expect(leaseOf(desk.home).holder).toMatch(/^on_call/);
    await desk.settleStuck();
    const { code, documents } = await recover();
    expect(documents()).toEqual([
      {
        purchases: [
          expect.objectContaining({
            taskId,
            result: 'paid',
            since: time,
            heldMsats: 106_000,
            invoiceExpiresAt: time,
            done: [{ at: time, kind: 'sending' }],
            task: expect.objectContaining({ status: 'completed', amountMsats: 100_000 }),
          }),
        ],
      },
    ]);
    expect(code).toBe(0);
    expect(await desk.payments()).toBe(1);
    const again = await recover();
    expect(again.code).toBe(4);
    expect(again.documents()).toEqual([{ purchases: [] }]);
  });

  test('recover finds that it failed, and its sum is free again', async () => {
    dropLease(desk.home);
    await desk.sandbox.resolve(hashInFlight(), 'fail');
    const { code, stdout, stderr } = await shell.run(desk.home, 'recover');
    expect(code).toBe(0);
    expect(stderr).toBe('The wallet is asked about 1 payment, for 20 seconds at most …\n');
    expect(stdout).toContain(`${taskId}: failed\n`);
    expect(stdout).toContain('Nothing was paid.');
    expect(stdout).toMatch(
      /In doubt since [\d-]+ [\d:]+ UTC; 106 sats \(play money\) held for it\.\n {2}\S.* sending$/m,
    );
    const status = await shell.run(desk.home, 'status', '--json');
    expect(status.documents()[0]).toMatchObject({ daySpentMsats: 0, executor: 'idle' });
  });

  test('recover leaves it to `tollkeeper up` where that runs', async () => {
    dropLease(desk.home);
    const up = listenTo(shell.start(desk.home, 'up', '--json'));
    await up.heard({ event: 'executing' });
    const { fence } = leaseOf(desk.home);
    await desk.settleStuck();
    const { code } = await recover();
    expect([0, 4]).toContain(code);
    await up.heard({ event: 'purchase', taskId, status: 'completed' });
    expect(leaseOf(desk.home).fence).toBe(fence);
    up.kill('SIGTERM');
    expect(await up.exit).toBe(0);
  });

  test('recover says that it is still in doubt, as is one with a wrong preimage, and what to do about each', async () => {
    dropLease(desk.home);
    const doubted = await lose('wrong_preimage', '/premium-report');
    dropLease(desk.home);
    const { code, documents } = await recover();
    expect(code).toBe(1);
    expect(documents()[0].purchases).toMatchObject([
      { taskId, result: 'in_doubt', advice: expect.stringContaining('asked again by itself') },
      {
        taskId: doubted,
        result: 'in_doubt',
        done: [{ kind: 'sending' }, { kind: 'doubted' }],
        advice: expect.stringContaining('in the wallet itself'),
      },
    ]);
    expect((await desk.payments()) + (await desk.inFlight())).toBe(2);
  });
});

test('recover has the wallet tell what it paid since the backup that was restored', async () => {
  await shell.run(desk.home, 'status');
  withRecord(desk.home, db => db.exec('INSERT INTO restoration VALUES (2, 1, NULL)'));
  const first = await recover();
  expect(first.documents()).toEqual([{ purchases: [], audit: { audited: true, unclaimed: [] } }]);
  expect(first.code).toBe(0);
  expect((await recover()).code).toBe(4);
});

test('recover does nothing with a record of a newer version', async () => {
  await shell.run(desk.home, 'status');
  withRecord(desk.home, db => db.exec('PRAGMA user_version = 1000'));
  const { code, documents } = await recover();
  expect(code).toBe(5);
  expect(documents()[0].error.code).toBe('store_newer');
});
