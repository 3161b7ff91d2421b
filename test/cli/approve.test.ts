import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock, type TaskId } from '../../src/base/index.ts';
import { openKeyring } from '../../src/secrets/index.ts';
import { approve } from '../../src/server/cli/commands/approve.ts';
import { openStore } from '../../src/store/index.ts';
import { sitAt } from './human.ts';
import { type Market, openMarket } from './market.ts';
import { openShell, type Shell } from './shell.ts';

let shell: Shell;
let market: Market;
beforeAll(async () => {
  shell = await openShell();
  market = await openMarket(shell);
});
afterAll(async () => {
  await market.close();
  await shell.close();
});

const run = (...args: string[]) => shell.run(market.home, ...args);

describe('approving at a terminal', () => {
  test('shows the question as the form does, pays once, and shows what came', async () => {
    const id = await market.queue('once');
    const { payments } = await market.counts();
    const { code, stdout, stderr } = await run('approve', id, '--once');
    expect(code).toBe(0);
    expect(stderr).toContain('Pay at most 16 sats, fees in (play money, worth nothing)?');
    expect(stderr).toContain('Price: 10 sats\n');
    expect(stderr).toMatch(
      /Left of today's budget: [\d,]+ sats\nSeller: http:\/\/127\.0\.0\.1:\d+\n/,
    );
    expect(stderr).toContain('Request: GET /weather\n');
    expect(stderr).toContain('Asked by: a test client (its own words)');
    expect(stdout).toContain(`${id}: completed`);
    expect(stdout).toContain('Paid 10 sats (play money), fees in.');
    expect(stdout).toMatch(/Answer: HTTP 200, \d+ bytes of application\/json, sha256 [0-9a-f]{64}/);
    expect((await market.counts()).payments).toBe(payments + 1);

    const again = await run('approve', id, '--once');
    expect(again.code).toBe(4);
    expect((await market.counts()).payments).toBe(payments + 1);
  });

  test('works beside the server of a client that waits', async () => {
    const agent = await market.agent();
    const { taskId, status } = await agent.buy('beside');
    expect(status).toBe('queued');
    const waiting = agent.wait(taskId);
    const { code, documents } = await run('approve', taskId, '--once', '--json');
    expect(code).toBe(0);
    expect(documents()).toEqual([
      {
        taskId,
        answer: 'approved',
        task: expect.objectContaining({
          taskId,
          status: 'completed',
          money: 'moved',
          amountMsats: 10_000,
          responseStatusCode: 200,
        }),
      },
    ]);
    expect((await waiting).status).toBe('completed');
    await agent.close();
  });

  test('ends with 3 for a no, and nothing is paid', async () => {
    const id = await market.queue('no');
    const before = await market.counts();
    const { code, stdout } = await run('approve', id, '--no');
    expect(code).toBe(3);
    expect(stdout).toContain(`${id}: blocked`);
    expect(stdout).toContain('A human said no.');
    expect(await market.counts()).toEqual(before);
  });

  test('with --once says yes to the question that was shown, and not to a dearer one after it', async () => {
    const id = await market.queue('dearer');
    const before = await market.counts();
    await market.settle({ fees: { baseSats: 50 } });
    const alone = await run('approve', id, '--once');
    expect(alone.code).toBe(3);
    expect(alone.stdout).toContain(`${id}: queued`);
    expect(await market.counts()).toEqual(before);

    await market.settle({ fees: { baseSats: 90 } });
    const seen = await sitAt(approve, market.home, { id, once: true }, 'no');
    await market.settle({});
    expect(seen).toMatchObject({ end: 3, asked: ['Your decision'] });
    expect(seen.told.filter(told => told.includes('Pay at most'))).toEqual([
      expect.stringContaining('Pay at most 61 sats'),
      expect.stringContaining('Pay at most 101 sats'),
    ]);
    expect(await market.counts()).toEqual(before);
  });

  test('ends with 1 when the payment fails', async () => {
    const id = await market.queue('fails');
    await market.sandbox.setBehaviour({ kind: 'fail' });
    const { code, documents } = await run('approve', id, '--once', '--json');
    await market.sandbox.setBehaviour({ kind: 'instant' });
    expect(code).toBe(1);
    expect(documents()[0].task).toMatchObject({
      status: 'failed',
      money: 'not_moved',
      denyReasonCode: 'PaymentFailedError',
    });
  });

  test('shows nothing that a caller put into its name to command the terminal', async () => {
    const id = await market.queue('evil', '\u001b[2J\u202eme\nPrice: 1 sat\u0007');
    const deny = await run('deny', id);
    const show = await run('show', id);
    const approve = await run(
      'approve',
      await market.queue('evil too', '\u001b]0;x\u0007\nme'),
      '--no',
    );
    for (const { stdout, stderr } of [deny, show, approve]) {
      // Of the controls, only line feeds may reach a terminal.
      expect(`${stdout}${stderr}`).toMatch(/^[\n\P{C}]*$/u);
      expect(`${stdout}${stderr}`).not.toContain('\nPrice: 1 sat');
    }
    expect(show.stdout).toContain('Price: 1 sat (its own words)');
  });

  test('knows no task that is not there', async () => {
    const id = 'task_01234567-89ab-4cde-8f01-23456789abcd';
    const { code, documents } = await run('approve', id, '--once', '--json');
    expect(code).toBe(4);
    expect(documents()).toEqual([
      { error: expect.objectContaining({ code: 'task_not_found', money: 'not_moved' }) },
    ]);
  });
});

describe('an allowance', () => {
  test('lets the host pass until it is revoked', async () => {
    const first = await market.queue('allowed 1');
    const low = await run('approve', first, '--today', '15');
    expect(low.code).toBe(2);
    expect(low.stderr).toContain('less than this purchase may cost');
    expect((await run('approve', first, '--today', '300')).code).toBe(0);

    const agent = await market.agent();
    expect((await agent.buy('allowed 2')).status).toBe('completed');

    const listed = await run('allowances', '--json');
    expect(listed.code).toBe(0);
    const [{ allowances }] = listed.documents();
    expect(allowances).toEqual([
      {
        id: expect.stringMatching(/^allow_/),
        host: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
        limitMsats: 300_000,
        spentMsats: expect.any(Number),
        leftMsats: expect.any(Number),
        expiresAt: expect.stringMatching(/T00:00:00\.000Z$/),
      },
    ]);
    const [{ id, spentMsats, leftMsats }] = allowances;
    expect(spentMsats).toBeGreaterThan(0);
    expect(spentMsats + leftMsats).toBe(300_000);

    const revoked = await run('allowances', 'revoke', id);
    expect([revoked.code, revoked.stdout]).toEqual([0, `${id} is revoked.\n`]);
    expect((await agent.buy('allowed 3')).status).toBe('queued');
    await agent.close();

    expect((await run('allowances', 'revoke', id)).code).toBe(4);
    expect((await run('allowances')).stdout).toBe('No allowances.\n');
  });
});

describe('denying and cancelling', () => {
  test('a denied purchase is blocked, and cannot be approved or denied again', async () => {
    const id = await market.queue('denied');
    const denied = await run('deny', id, '--json');
    expect(denied.code).toBe(0);
    expect(denied.documents()).toEqual([
      {
        taskId: id,
        answer: 'denied',
        task: expect.objectContaining({ status: 'blocked', denyReasonCode: 'approval_declined' }),
      },
    ]);
    expect((await run('deny', id)).code).toBe(4);
    expect((await run('approve', id, '--once')).code).toBe(4);
  });

  test('a cancelled purchase is over for good', async () => {
    const id = await market.queue('cancelled');
    const cancelled = await run('cancel', id, '--yes');
    expect(cancelled.code).toBe(0);
    expect(cancelled.stdout).toContain('The purchase was cancelled.');
    expect((await run('cancel', id, '--yes')).code).toBe(4);
  });
});

describe('looking', () => {
  test('lists tasks newest first, of a status, and no more than asked for', async () => {
    const older = await market.queue('older');
    const newer = await market.queue('newer');
    const { code, documents } = await run('tasks', '--status', 'queued', '--limit', '2', '--json');
    expect(code).toBe(0);
    const [{ tasks }] = documents();
    expect(tasks.map(({ taskId }: { taskId: string }) => taskId)).toEqual([newer, older]);
    expect(tasks[0]).toEqual({
      taskId: newer,
      status: 'queued',
      money: 'not_moved',
      method: 'GET',
      url: expect.stringContaining('/weather'),
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
      denyReasonCode: 'APPROVAL_REQUIRED',
    });
    const { stdout } = await run('tasks');
    expect(stdout).toMatch(/^TASK +STATUS +PAID +REQUESTED +WHAT\n/);
    expect(stdout.indexOf(newer)).toBeLessThan(stdout.indexOf(older));
  });

  test('counts in the status what waits and what was spent', async () => {
    const { documents } = await run('status', '--json');
    const [status] = documents();
    expect(status).toMatchObject({ realMoney: false, paused: false, settings: 'valid' });
    expect(status.pendingApprovals).toBeGreaterThan(0);
    expect(status.daySpentMsats).toBe(Number((await market.counts()).debited));
    expect((await run('status')).stdout).toMatch(/Left in 24 hours +[\d,]+ sats of 10,000 sats/);
  });

  test('shows a task with its facts, and no secret of it anywhere', async () => {
    const id = await market.queue('shown');
    const approved = await run('approve', id, '--once');
    const human = await run('show', id);
    expect(human.code).toBe(0);
    const order = [
      'requested',
      'challenged',
      'asked',
      'approved',
      'reserved',
      'settled',
      'delivered',
    ];
    const places = order.map(kind => human.stdout.indexOf(`  ${kind}  `));
    expect(places.every(place => place > 0)).toBe(true);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(human.stdout).toContain('by a human, at a terminal');
    expect(human.stdout).toContain("The seller's own words:\n  | {");

    const machine = await run('show', id, '--json');
    const [{ task, facts }] = machine.documents();
    expect(task).toMatchObject({ taskId: id, status: 'completed' });
    expect(facts[0]).toMatchObject({ kind: 'requested', caller: 'a test client' });
    const log = await readFile(join(market.home, 'logs', 'tollkeeper.log'), 'utf8');
    const said = [approved, human, machine].flatMap(({ stdout, stderr }) => [stdout, stderr]);
    for (const secret of await secretsOf(id as TaskId)) {
      expect(secret.length).toBeGreaterThan(30);
      for (const text of [...said, log]) expect(text.includes(secret)).toBe(false);
    }
  });
});

/** What a task's record keeps sealed. */
async function secretsOf(id: TaskId): Promise<readonly string[]> {
  const { home } = market;
  const sealer = await openKeyring(join(home, 'keys'));
  const bodies = { maxCount: 1, maxTotalBytes: 1, maxEach: 1 };
  const store = await openStore({ home, sealer, clock: systemClock, bodies });
  try {
    const challenged = await store.tasks.reveal(id, 'challenged');
    const settled = await store.tasks.reveal(id, 'settled');
    return [challenged!.token, challenged!.invoice, settled!.preimage];
  } finally {
    store.close();
  }
}
