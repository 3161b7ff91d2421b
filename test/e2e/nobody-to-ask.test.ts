import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Connected, KINDS } from './client.ts';
import { type Desk, openDesk } from './desk.ts';

describe.each(KINDS)('a %s client that shows no forms', kind => {
  let desk: Desk;
  let client: Connected;
  let task: { taskId: string };

  beforeAll(async () => {
    desk = await openDesk();
    client = await desk.start(kind);
    const url = `${desk.shop.url}/weather`;
    task = (await client.call('l402_fetch', { url })).output;
  });
  afterAll(() => desk.close());

  const taskIs = (more: object) =>
    expect.objectContaining({ taskId: task.taskId, status: 'queued', money: 'not_moved', ...more });

  test('is told at once that the purchase waits, and which command a human types', () => {
    const command = `tollkeeper approve ${task.taskId} --home ${desk.home}`;
    expect(task).toEqual(
      taskIs({
        denyReasonCode: 'APPROVAL_REQUIRED',
        approvalRequired: true,
        ceilingMsats: 106_000,
        retry: 'poll',
        next: expect.stringContaining(command),
      }),
    );
  });

  test('gets an answer from l402_task when its waiting time is over', async () => {
    const startedAt = performance.now();
    const { output } = await client.call('l402_task', { taskId: task.taskId, waitMs: 300 });
    expect(output).toEqual(taskIs({}));
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(299);
  });

  test('never approves by itself, however often its model calls l402_approve', async () => {
    for (let n = 0; n < 5; n += 1) {
      const { output, isError } = await client.call('l402_approve', { taskId: task.taskId });
      expect(isError).toBe(false);
      expect(output).toEqual(taskIs({ denyReasonCode: 'APPROVAL_REQUIRED' }));
    }
    expect(await desk.payments()).toBe(0);
  });

  test('joins the waiting purchase when it repeats the call, and asks nobody twice', async () => {
    const url = `${desk.shop.url}/weather`;
    const again = await client.call('l402_fetch', { url, requireApproval: false });
    expect(again.output).toEqual(taskIs({}));
    expect((await client.call('node_status')).output.pendingApprovals).toBe(1);
  });

  test('cancels the purchase, once', async () => {
    const { taskId } = task;
    const { output } = await client.call('l402_cancel', { taskId });
    expect(output).toMatchObject({ status: 'blocked', denyReasonCode: 'cancelled' });
    const again = await client.call('l402_cancel', { taskId });
    expect(again.output.error).toMatchObject({ code: 'invalid_transition', money: 'not_moved' });
    expect(await desk.payments()).toBe(0);
  });
});
