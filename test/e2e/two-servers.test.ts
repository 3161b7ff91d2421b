import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Connected, Human } from './client.ts';
import { type Desk, once, openDesk } from './desk.ts';

let desk: Desk;
let first: Connected;
let second: Connected;
let human: Human;
let asked: number;
let before: number;
let round = 0;

beforeAll(async () => {
  desk = await openDesk();
  await desk.settle({ approvals: { coolDownMinutes: 0, maxPerHour: 100 } });
  const answering: Human = form => {
    asked += 1;
    return human(form);
  };
  first = await desk.start('v1', answering);
  second = await desk.start('v2 modern', answering);
});
afterAll(() => desk.close());
beforeEach(async () => {
  round += 1;
  asked = 0;
  human = () => once;
  before = await desk.payments();
});
afterEach(() => desk.sandbox.setBehaviour({ kind: 'instant' }));

const paid = async () => (await desk.payments()) - before;
const order = () => ({ url: `${desk.shop.url}/weather`, scope: `${round}` });

test('two servers on one data directory list the same purchases', async () => {
  await first.call('l402_fetch', order());
  await second.call('l402_fetch', { url: `${desk.shop.url}/vault` });
  const lists = await Promise.all([first.call('l402_tasks'), second.call('l402_tasks')]);
  expect(lists[0].output.tasks).toEqual(lists[1].output.tasks);
  expect(lists[0].output.tasks).toHaveLength(2);
});

test('a purchase that one server began is seen through by the other, and read and reused there', async () => {
  await desk.sandbox.setBehaviour({ kind: 'late', ms: 400 });
  const buying = first.call('l402_fetch', order());
  await desk.until(async () => (await desk.inFlight()) === 1);
  const [{ taskId }] = (await second.call('l402_tasks')).output.tasks;
  const { output } = await second.call('l402_task', { taskId, waitMs: 10_000 });
  expect(output).toMatchObject({ status: 'completed', paid: true });
  expect((await buying).output.taskId).toBe(taskId);
  expect((await second.call('l402_read', { taskId })).output.totalBytes).toBe(66);
  expect((await second.call('l402_fetch', order())).output.status).toBe('cached');
  expect(await paid()).toBe(1);
});

test('the same purchase in both at once is one task and one payment', async () => {
  const results = await Promise.all(
    [first, second, first, second].map(client => client.call('l402_fetch', order())),
  );
  for (const { output } of results) expect(output).toMatchObject({ status: 'completed' });
  expect(new Set(results.map(({ output }) => output.taskId)).size).toBe(1);
  expect(await paid()).toBe(1);
});

test('a yes in one and a no in the other to the same question is one of them, never both', async () => {
  // The first to answer decides; both forms are open before either is answered.
  let both: () => void = () => undefined;
  const open = new Promise<void>(resolve => {
    both = resolve;
  });
  human = async () => {
    const mine = asked;
    if (mine === 2) both();
    await open;
    return mine === 1 ? once : { action: 'decline' };
  };
  const results = await Promise.all([first, second].map(each => each.call('l402_fetch', order())));
  const statuses = new Set(results.map(({ output }) => output.status));
  expect(statuses.size).toBe(1);
  expect(await paid()).toBe(statuses.has('completed') ? 1 : 0);
});

test('a question that one server could not put is answered in the other', async () => {
  const mute = await desk.start('v2 legacy');
  const { taskId, status } = (await mute.call('l402_fetch', order())).output;
  expect(status).toBe('queued');
  const waiting = mute.call('l402_task', { taskId, waitMs: 10_000 });
  await first.call('l402_approve', { taskId });
  expect((await waiting).output).toMatchObject({ taskId, status: 'completed' });
  expect(await paid()).toBe(1);
  await mute.close();
});

test('six servers that start on a new data directory at once all work, on one set of keys', async () => {
  const fresh = await openDesk();
  const many = await Promise.all(
    Array.from({ length: 6 }, () => fresh.start('v2 legacy', () => once)),
  );
  const buy = (client: Connected) =>
    client.call('l402_fetch', { url: `${fresh.shop.url}/weather` });
  const results = await Promise.all(many.map(buy));
  expect(results.map(({ output }) => output.paid ?? output.error)).not.toContain(undefined);
  for (const { output } of results) expect(['completed', 'cached']).toContain(output.status);
  expect(await fresh.payments()).toBe(1);
  await fresh.close();
});
