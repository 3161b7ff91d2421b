import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Connected, type Form, type Human, KINDS, type Reply } from './client.ts';
import { type Desk, once, openDesk } from './desk.ts';

/** Forms that come back without meaning anything, as careless or auto-accepting clients send them. */
const MEANINGLESS: readonly (readonly [string, Reply])[] = [
  ['dismissed', { action: 'cancel' }],
  ['accepted empty', { action: 'accept', content: {} }],
  ['accepted without its content', { action: 'accept' } as Reply],
  ['accepted for today without a sum', { action: 'accept', content: { decision: 'today' } }],
  ['accepted with a boolean', { action: 'accept', content: { decision: true } }],
  ['accepted with a strange word', { action: 'accept', content: { decision: 'yes' } }],
  ['accepted with a list', { action: 'accept', content: { decision: ['once'] } }],
  [
    'accepted with a sum in words',
    { action: 'accept', content: { decision: 'today', todaySats: '500' } },
  ],
  [
    'accepted with half a sat',
    { action: 'accept', content: { decision: 'today', todaySats: 500.5 } },
  ],
  ['accepted for nothing', { action: 'accept', content: { decision: 'today', todaySats: 0 } }],
  [
    'accepted for less than none',
    { action: 'accept', content: { decision: 'today', todaySats: -500 } },
  ],
  [
    'accepted for less than the price',
    { action: 'accept', content: { decision: 'today', todaySats: 1 } },
  ],
  [
    'accepted for more than there is',
    { action: 'accept', content: { decision: 'today', todaySats: 1e300 } },
  ],
];

describe.each(KINDS)('a %s client', kind => {
  let desk: Desk;
  let client: Connected;
  let human: Human;
  let forms: Form[];

  beforeAll(async () => {
    desk = await openDesk();
    await desk.settle({ approvals: { maxPending: 50, maxPerHour: 100 } });
    client = await desk.start(kind, form => {
      forms.push(form);
      return human(form);
    });
  });
  afterAll(() => desk.close());
  beforeEach(() => {
    forms = [];
  });

  test.each(MEANINGLESS)(
    'whose form is %s pays nothing and has the same question put again',
    async (how, reply) => {
      human = () => reply;
      const before = await desk.payments();
      const order = { url: `${desk.shop.url}/weather`, scope: how };
      const { isError, output: dismissed } = await client.call('l402_fetch', order);
      expect((isError ? dismissed.error : dismissed).money).toBe('not_moved');
      const [task] = (await client.call('l402_tasks', { limit: 1 })).output.tasks;
      expect(task).toMatchObject({ status: 'queued', money: 'not_moved' });
      expect(await desk.payments()).toBe(before);
      human = () => once;
      const { output } = await client.call('l402_fetch', order);
      expect(output).toMatchObject({ taskId: task.taskId, status: 'completed', paid: true });
      expect(forms).toHaveLength(2);
      expect(forms[1]).toEqual(forms[0]);
      expect(await desk.payments()).toBe(before + 1);
    },
  );
});
