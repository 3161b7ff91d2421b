import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Connected, Reply } from './client.ts';
import { type Desk, once, openDesk } from './desk.ts';
import { greet, type Message, type Wire } from './wire.ts';

let desk: Desk;
let wire: Wire;
let before: number;
let round = 0;

beforeAll(async () => {
  desk = await openDesk();
  await desk.settle({ approvals: { coolDownMinutes: 0, maxPerHour: 100, maxPending: 50 } });
});
afterAll(() => desk.close());
beforeEach(async () => {
  round += 1;
  before = await desk.payments();
  wire = desk.wire();
  await greet(wire);
});
afterEach(() => wire.close());

const paid = async () => (await desk.payments()) - before;
const order = () => ({ url: `${desk.shop.url}/weather`, scope: `${round}` });
const call = (name: string, args: object) => wire.request('tools/call', { name, arguments: args });
const forms = () =>
  wire.lines
    .map(line => JSON.parse(line))
    .filter((message: Message) => message.method === 'elicitation/create');
const form = () => wire.heard(message => message.method === 'elicitation/create');
const answer = (id: number, result: Reply) =>
  wire.write(JSON.stringify({ jsonrpc: '2.0', id, result }));

describe('a form of a 2025 client', () => {
  test('counts when its call was cancelled before the human said yes, and pays once', async () => {
    void call('l402_fetch', order());
    const { id } = await form();
    const calls = { method: 'notifications/cancelled', params: { requestId: 2 } };
    wire.write(JSON.stringify({ jsonrpc: '2.0', ...calls }));
    await wire.request('ping');
    answer(id, once);
    const [{ taskId }] = (await call('l402_tasks', {})).result.structuredContent.tasks;
    const { result } = await call('l402_task', { taskId, waitMs: 10_000 });
    expect(result.structuredContent).toMatchObject({ status: 'completed', paid: true });
    expect(await paid()).toBe(1);
    expect(wire.lines.map(line => JSON.parse(line)).some(({ id }) => id === 2)).toBe(false);
  });

  test('is one, however many equal calls wait for it, and all of them get what it buys', async () => {
    const calls = [1, 2, 3].map(() => call('l402_fetch', order()));
    const { id } = await form();
    await call('l402_tasks', {});
    answer(id, once);
    const taskIds = new Set<string>();
    for (const { result } of await Promise.all(calls)) {
      expect(result.structuredContent).toMatchObject({ status: 'completed' });
      taskIds.add(result.structuredContent.taskId);
    }
    expect(taskIds.size).toBe(1);
    expect(forms()).toHaveLength(1);
    expect(await paid()).toBe(1);
  });

  test('answered twice pays once', async () => {
    const calling = call('l402_fetch', order());
    const { id } = await form();
    answer(id, once);
    answer(id, once);
    expect((await calling).result.structuredContent.status).toBe('completed');
    expect(await paid()).toBe(1);
  });

  test('pays nothing when its purchase was cancelled meanwhile', async () => {
    void call('l402_fetch', order());
    const { id } = await form();
    const [{ taskId }] = (await call('l402_tasks', {})).result.structuredContent.tasks;
    await call('l402_cancel', { taskId });
    answer(id, once);
    const { result } = await call('l402_task', { taskId });
    expect(result.structuredContent).toMatchObject({
      status: 'blocked',
      denyReasonCode: 'cancelled',
    });
    expect(await paid()).toBe(0);
  });

  test('never has the id 0, which older clients cannot have withdrawn', async () => {
    void call('l402_fetch', order());
    const { id } = await form();
    expect(id).not.toBe(0);
    answer(id, { action: 'cancel' });
  });

  test('is not put to a client that names only other modes', async () => {
    const other = desk.wire();
    await greet(other, { elicitation: { url: {} } });
    const params = { name: 'l402_fetch', arguments: order() };
    const { result } = await other.request('tools/call', params);
    expect(result.structuredContent).toMatchObject({ status: 'queued' });
    expect(result.structuredContent.next).toContain('tollkeeper approve');
    await other.close();
  });
});

describe('a call of a v1 client', () => {
  let client: Connected;
  /** Answers the form, as soon as it is open. */
  let decide: (reply: Reply) => Promise<void>;
  beforeEach(async () => {
    const form = Promise.withResolvers<(reply: Reply) => void>();
    decide = async reply => (await form.promise)(reply);
    client = await desk.start('v1', () => new Promise(resolve => form.resolve(resolve)));
  });
  afterEach(() => client.close());

  test('that timed out is not lost: the later yes buys, and the next call has it', async () => {
    await client.call('node_status');
    const calling = client.call('l402_fetch', order(), { timeout: 1000 });
    await expect(calling).rejects.toThrow('timed out');
    await decide(once);
    const [{ taskId }] = (await client.call('l402_tasks')).output.tasks;
    const { output } = await client.call('l402_task', { taskId, waitMs: 10_000 });
    expect(output).toMatchObject({ status: 'completed', paid: true });
    expect((await client.call('l402_fetch', order())).output.status).toBe('cached');
    expect(await paid()).toBe(1);
  });

  test('that asks for progress hears that a human is waited for', async () => {
    let calling: Promise<unknown> | undefined;
    const message = await new Promise(resolve => {
      const onprogress = (progress: { message?: string | undefined }) => resolve(progress.message);
      calling = client.call('l402_fetch', order(), { onprogress });
    });
    expect(message).toBe('waiting for the human');
    await decide({ action: 'decline' });
    await calling;
  });
});

describe('money in flight', () => {
  test('goes on when the client leaves, and the next server brings what it bought', async () => {
    await desk.sandbox.setBehaviour({ kind: 'late', ms: 700 });
    const leaving = desk.wire();
    await greet(leaving);
    void leaving.request('tools/call', { name: 'l402_fetch', arguments: order() }).catch(() => 0);
    const { id } = await leaving.heard(message => message.method === 'elicitation/create');
    leaving.write(JSON.stringify({ jsonrpc: '2.0', id, result: once }));
    await desk.until(async () => (await desk.inFlight()) === 1);
    await leaving.close();
    await desk.sandbox.setBehaviour({ kind: 'instant' });
    const [{ taskId }] = (await call('l402_tasks', {})).result.structuredContent.tasks;
    const { result } = await call('l402_task', { taskId, waitMs: 20_000 });
    expect(result.structuredContent).toMatchObject({ taskId, status: 'completed', money: 'moved' });
    expect(await paid()).toBe(1);
  });

  test('is neither cancelled nor forgotten: it says maybe_moved until the wallet knows', async () => {
    await desk.sandbox.setBehaviour({ kind: 'stuck' });
    const calling = call('l402_fetch', order());
    answer((await form()).id, once);
    await desk.until(async () => (await desk.inFlight()) === 1);
    await desk.sandbox.setBehaviour({ kind: 'instant' });
    const [task] = (await call('l402_tasks', {})).result.structuredContent.tasks;
    expect(task).toMatchObject({ status: 'running', money: 'maybe_moved' });
    const { taskId } = task;
    const { result } = await call('l402_cancel', { taskId });
    expect(result.structuredContent.error).toMatchObject({
      code: 'PAYMENT_PENDING',
      money: 'maybe_moved',
    });
    await desk.settleStuck();
    expect((await calling).result.structuredContent).toMatchObject({ taskId, status: 'completed' });
    expect(await paid()).toBe(1);
  });
});

test('a server whose client closes ends by itself, soundly and without a complaint', async () => {
  await call('node_status', {});
  await wire.close();
  expect(await wire.exit).toBe(0);
  expect(wire.stderr()).toBe('');
});
