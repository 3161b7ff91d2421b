import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Desk, openDesk } from './desk.ts';
import { callModern, type Message, MODERN, type Wire } from './wire.ts';

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
  wire = desk.wire();
  before = await desk.payments();
});
afterEach(() => wire.close());

const paid = async () => (await desk.payments()) - before;
const order = (scope = '') => ({ url: `${desk.shop.url}/weather`, scope: `${round} ${scope}` });
const listed = async (at: Wire) =>
  (await callModern(at, 'l402_tasks', {})).result.structuredContent.tasks;

/** Has a question put; what the client has to bring back with its answer. */
async function ask(args: object, tool = 'l402_fetch'): Promise<Message> {
  const { result } = await callModern(wire, tool, args);
  expect(result).toMatchObject({
    resultType: 'input_required',
    inputRequests: { approve: { method: 'elicitation/create' } },
  });
  return result;
}

const bring = (requestState: string, response: object) => ({
  requestState,
  inputResponses: { approve: response },
});
const yes = { action: 'accept', content: { decision: 'once' } };

describe('a call of 2026-07-28 that comes again with its answer', () => {
  test('is taken by another process on the same data directory', async () => {
    const { requestState } = await ask(order());
    const other = desk.wire();
    const { result } = await callModern(other, 'l402_fetch', order(), bring(requestState, yes));
    expect(result.structuredContent).toMatchObject({ status: 'completed', paid: true });
    await other.close();
    expect(await paid()).toBe(1);
  });

  test('has no second effect when it is replayed, whatever it says then', async () => {
    const { requestState } = await ask(order());
    const first = await callModern(wire, 'l402_fetch', order(), bring(requestState, yes));
    const tasks = await listed(wire);
    const today = { action: 'accept', content: { decision: 'today', todaySats: 900 } };
    for (const response of [yes, { action: 'decline' }, today, { action: 'cancel' }]) {
      const again = await callModern(wire, 'l402_fetch', order(), bring(requestState, response));
      expect(again.result.structuredContent).toMatchObject({
        taskId: first.result.structuredContent.taskId,
        status: 'completed',
      });
    }
    expect(await listed(wire)).toEqual(tasks);
    expect(await paid()).toBe(1);
    // The replayed allowance is none: the next purchase is asked about.
    await ask(order('next'));
  });

  test('approves no other purchase with the state of one, and starts none', async () => {
    const { requestState } = await ask(order('cheap'));
    const dear = { ...order('dear'), url: `${desk.shop.url}/premium-report` };
    const crossed = await callModern(wire, 'l402_fetch', dear, bring(requestState, yes));
    expect(crossed.result).toMatchObject({
      isError: true,
      structuredContent: { error: { code: 'stale_ask', money: 'not_moved' } },
    });
    expect((await listed(wire)).map(({ url }: { url: string }) => url)).not.toContain(dear.url);
    const { requestState: other } = await ask(dear);
    const [task] = await listed(wire);
    const [, cheap] = await listed(wire);
    expect(task.url).toBe(dear.url);
    const approve = { taskId: cheap.taskId };
    const mixed = await callModern(wire, 'l402_approve', approve, bring(other, yes));
    expect(mixed.result.structuredContent.error).toMatchObject({ code: 'stale_ask' });
    expect(await paid()).toBe(0);
  });

  test('is refused with a state that was tampered with, forged or cut', async () => {
    const { requestState } = await ask(order());
    const [version, payload, mac] = requestState.split('.');
    const forged = Buffer.from(payload, 'base64url').toString().replace('task_', 'task-');
    const states = [
      `${version}.${Buffer.from(forged).toString('base64url')}.${mac}`,
      `${version}.${payload}.${mac.slice(0, -2)}AA`,
      `${version}.${payload}`,
      payload,
      '',
      'x'.repeat(100_000),
    ];
    for (const state of states) {
      const { error } = await callModern(wire, 'l402_fetch', order(), bring(state, yes));
      expect(error).toMatchObject({ code: -32602 });
    }
    for (const state of [7, null, { taskId: 'task_1' }]) {
      const { error, result } = await callModern(wire, 'l402_fetch', order(), {
        requestState: state,
        inputResponses: { approve: yes },
      });
      expect(error ?? result.resultType).toBeTruthy();
    }
    expect(await paid()).toBe(0);
    expect((await listed(wire))[0]).toMatchObject({ status: 'queued' });
  });

  test('takes no answer that comes without its state', async () => {
    await ask(order());
    const { result } = await callModern(wire, 'l402_fetch', order(), {
      inputResponses: { approve: yes },
    });
    expect(result.resultType).toBe('input_required');
    expect(await paid()).toBe(0);
  });

  test('stays declined when a yes follows the no', async () => {
    const { requestState } = await ask(order());
    const declined = bring(requestState, { action: 'decline' });
    await callModern(wire, 'l402_fetch', order(), declined);
    const late = await callModern(wire, 'l402_fetch', order(), bring(requestState, yes));
    expect(late.result.structuredContent).toMatchObject({ denyReasonCode: 'approval_declined' });
    const approve = { taskId: late.result.structuredContent.taskId };
    const again = await callModern(wire, 'l402_approve', approve, bring(requestState, yes));
    expect(again.result.structuredContent).toMatchObject({ denyReasonCode: 'approval_declined' });
    expect(await paid()).toBe(0);
  });

  test('is asked again by l402_approve when the form was dismissed, and then pays', async () => {
    const { requestState } = await ask(order());
    const dismissed = bring(requestState, { action: 'cancel' });
    const queued = await callModern(wire, 'l402_fetch', order(), dismissed);
    const { taskId, status } = queued.result.structuredContent;
    expect(status).toBe('queued');
    const again = await ask({ taskId }, 'l402_approve');
    const approved = bring(again.requestState, yes);
    const { result } = await callModern(wire, 'l402_approve', { taskId }, approved);
    expect(result.structuredContent).toMatchObject({ taskId, status: 'completed' });
    expect(await paid()).toBe(1);
  });

  test('tells nothing secret in its state, and is the same for whoever reads it', async () => {
    const { requestState } = await ask(order());
    const payload = JSON.parse(Buffer.from(requestState.split('.')[1], 'base64url').toString());
    expect(Object.keys(payload.p).sort()).toEqual(['askId', 'taskId']);
  });
});

describe('a client of 2026-07-28', () => {
  test('that says it cannot show forms is told what a human types', async () => {
    const meta = { ...MODERN, 'io.modelcontextprotocol/clientCapabilities': {} };
    const { result } = await wire.request('tools/call', {
      name: 'l402_fetch',
      arguments: order(),
      _meta: meta,
    });
    expect(result.structuredContent.next).toContain('tollkeeper approve task_');
  });

  test('whose name is a megabyte writes no megabyte into the record', async () => {
    const name = 'n'.repeat(1_000_000);
    const meta = { ...MODERN, 'io.modelcontextprotocol/clientInfo': { name, version: '1' } };
    const { result } = await wire.request('tools/call', {
      name: 'l402_fetch',
      arguments: order(),
      _meta: meta,
    });
    expect(result.inputRequests.approve.params.message).toMatch(/Asked by: n{100} /);
    expect(await desk.bytesWithin('n'.repeat(101))).toBe(false);
  });
});
