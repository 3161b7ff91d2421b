import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sats } from '../../src/base/index.ts';
import { type Connected, type Form, type Human, KINDS } from './client.ts';
import { type Desk, no, once, openDesk, today } from './desk.ts';

const TOOLS = [
  'l402_fetch',
  'l402_quote',
  'l402_approve',
  'l402_cancel',
  'l402_task',
  'l402_tasks',
  'l402_read',
  'node_status',
];

describe.each(KINDS)('a %s client', kind => {
  let desk: Desk;
  let client: Connected;
  let human: Human;
  let forms: Form[];
  let before: number;
  let round = 0;

  beforeAll(async () => {
    desk = await openDesk();
    client = await desk.start(kind, form => {
      forms.push(form);
      return human(form);
    });
  });
  afterAll(() => desk.close());
  beforeEach(async () => {
    await desk.settle({ approvals: { coolDownMinutes: 0, maxPerHour: 100 } });
    forms = [];
    human = () => once;
    round += 1;
    before = await desk.payments();
  });

  const paid = async () => (await desk.payments()) - before;
  /** Buys with a scope of this test alone, so that no other test's credential serves it. */
  const buy = (path: string, more: object = {}) =>
    client.call('l402_fetch', { url: desk.shop.url + path, scope: `test ${round}`, ...more });

  test('is offered the eight tools, and is told how to use them', async () => {
    const names = (await client.listTools()).map(({ name }) => name);
    expect(names).toEqual(TOOLS);
    expect(client.instructions()).toContain('Only a human approves');
  });

  test('is quoted a price for nothing, and told that its human would be asked', async () => {
    const { output, isError } = await client.call('l402_quote', {
      url: `${desk.shop.url}/weather`,
    });
    expect(isError).toBe(false);
    expect(output).toMatchObject({ free: false, priceMsats: 100_000, decision: 'ask' });
    expect(output.receipt.side_effects).toEqual([]);
    expect(forms).toEqual([]);
    expect(await paid()).toBe(0);
  });

  test('buys after a yes, with preview and digest right, and again from the cache for nothing', async () => {
    const { output, texts } = await buy('/weather');
    const body = '{"place":"Reykjavík","day":"tomorrow","sky":"clear","celsius":4}\n';
    expect(output).toMatchObject({
      status: 'completed',
      money: 'moved',
      paid: true,
      realMoney: false,
      amountMsats: 100_000,
      responseStatusCode: 200,
      responseBodyTextPreview: body,
      responseBodySha256: createHash('sha256').update(body).digest('hex'),
    });
    expect(texts[1]).toContain(body);
    expect(forms).toHaveLength(1);
    const again = await buy('/weather');
    expect(again.output).toMatchObject({ status: 'cached', paid: false, money: 'not_moved' });
    expect(again.output.responseBodySha256).toBe(output.responseBodySha256);
    expect(forms).toHaveLength(1);
    expect(await paid()).toBe(1);
  });

  test('shows its human what can leave the wallet, where to, and nothing that the seller wrote', async () => {
    const url = desk.seller.sell(`/form${round}?q=1`, {
      body: 'goods',
      description: 'A GIFT, say yes',
    });
    await client.call('l402_fetch', { url });
    const [form] = forms;
    expect(form?.message).toContain('at most 16 sats, fees in (play money, worth nothing)');
    expect(form?.message).toContain(`Seller: ${new URL(url).origin}`);
    expect(form?.message).toContain(`Request: GET /form${round}?q=1`);
    expect(form?.message).toContain('Asked by: a test client');
    expect(JSON.stringify(form)).not.toContain('GIFT');
    expect(Object.keys(form?.requestedSchema.properties ?? {})).toEqual(['decision', 'todaySats']);
  });

  test('is refused a price over the cap, without a question and without a payment', async () => {
    const { output } = await buy('/vault');
    expect(output).toMatchObject({ status: 'blocked', denyReasonCode: 'amount_over_cap' });
    const lower = await buy('/weather', { maxSpendMsats: 99_999 });
    expect(lower.output).toMatchObject({ status: 'blocked', denyReasonCode: 'amount_over_cap' });
    expect(forms).toEqual([]);
    expect(await paid()).toBe(0);
  });

  test.each([
    ['declined', { action: 'decline' }, 'shop'],
    ['answered with no', no, 'seller'],
  ] as const)('whose form is %s pays nothing, and its host cools down', async (how, reply, at) => {
    await desk.settle({ approvals: { coolDownMinutes: 10, maxPerHour: 100 } });
    human = () => reply;
    const url =
      at === 'shop' ? `${desk.shop.url}/weather` : desk.seller.sell('/cool', { body: '' });
    const { output } = await client.call('l402_fetch', { url, scope: how });
    expect(output).toMatchObject({
      status: 'blocked',
      denyReasonCode: 'approval_declined',
      money: 'not_moved',
      paid: false,
    });
    human = () => once;
    const next = await client.call('l402_fetch', { url, scope: `${how}, later` });
    expect(next.output).toMatchObject({ denyReasonCode: 'APPROVAL_THROTTLED' });
    expect(forms).toHaveLength(1);
    expect(await paid()).toBe(0);
  });

  test('asks anew on l402_approve after a no, and pays once on the yes', async () => {
    human = () => no;
    const { output } = await buy('/weather');
    human = () => once;
    const approved = await client.call('l402_approve', { taskId: output.taskId });
    expect(approved.output).toMatchObject({ taskId: output.taskId, status: 'completed' });
    expect(forms).toHaveLength(2);
    expect(await paid()).toBe(1);
  });

  test('whose allowance for today covers the next purchase buys it unasked, and beyond it asks', async () => {
    human = () => today(240);
    const first = await buy('/weather');
    const second = await buy('/weather', { scope: `test ${round} second` });
    expect([first.output.status, second.output.status]).toEqual(['completed', 'completed']);
    expect(forms).toHaveLength(1);
    human = () => no;
    const third = await buy('/weather', { scope: `test ${round} third` });
    expect(third.output.denyReasonCode).toBe('approval_declined');
    expect(forms).toHaveLength(2);
    expect(await paid()).toBe(2);
  });

  test('has a POST asked about before it is sent, and pays it under the same yes', async () => {
    const { output } = await buy('/translate', { method: 'POST', body: 'abc' });
    expect(output).toMatchObject({ status: 'completed', amountMsats: 25_000 });
    expect(output.responseBodyTextPreview).toContain('"cba"');
    expect(forms).toHaveLength(1);
    expect(forms[0]?.message).toContain('The price is not known yet.');
    expect(forms[0]?.message).toMatch(/Body: sha256 [0-9a-f]{16}/);
    expect(await paid()).toBe(1);
  });

  test('sends no POST to which its human said no', async () => {
    human = () => no;
    const url = desk.seller.sell(`/post${round}`, { body: 'x' });
    const sent = desk.seller.requests.length;
    const { output } = await client.call('l402_fetch', { url, method: 'POST', body: 'secret' });
    expect(output.denyReasonCode).toBe('approval_declined');
    expect(desk.seller.requests.slice(sent)).toEqual([]);
  });

  test('is refused the purchase that no longer fits into the day', async () => {
    const spent = (await client.call('node_status')).output.daySpentMsats;
    await desk.settle({ caps: { daySats: spent / 1000 + 99 } });
    const { output } = await buy('/weather');
    expect(output).toMatchObject({ status: 'blocked', denyReasonCode: 'BUDGET_EXCEEDED' });
    expect(await paid()).toBe(0);
  });

  test('finds a fee in the price paid, never above the ceiling', async () => {
    await desk.sandbox.setBehaviour({ kind: 'instant', fee: sats(3) });
    const { output } = await buy('/weather');
    await desk.sandbox.setBehaviour({ kind: 'instant' });
    expect(output).toMatchObject({ amountMsats: 100_000, feeMsats: 3_000 });
  });
});
