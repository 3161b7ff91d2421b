import { describe, expect, test } from 'vitest';
import { HOUR, MINUTE, msat, newId, SECOND, sats } from '../../src/base/index.ts';
import type { WrittenSettings } from '../../src/policy/index.ts';
import type { HumanVerdict, Means, TaskStore } from '../../src/task/index.ts';
import { openBuyer, openExecutor } from '../../src/task/open.ts';
import { kindsOf, type Market, type MarketPlan, visitMarket } from './market.ts';
import { FREE_HAND } from './parts.ts';
import type { Seller } from './seller.ts';

async function opened(plan: MarketPlan = {}): Promise<[Market, Seller]> {
  const market = await visitMarket(plan);
  return [market, await market.seller()];
}

const ONCE: HumanVerdict = { kind: 'once' };
const BOUGHT = { status: 'completed', money: 'moved' };
/** The least time left with which an invoice is paid is 30 s. */
const SHORT = 40 * SECOND;

describe('between a human’s yes and the payment', () => {
  const changes: readonly [string, (seller: Seller) => WrittenSettings, string][] = [
    ['spending is paused', () => ({ paused: true }), 'global_pause_active'],
    ['the host is blocked', ({ host }) => ({ hosts: { block: [host] } }), 'host_blocked'],
    [
      'the host falls off the list',
      () => ({ hosts: { allow: ['a.example'] } }),
      'host_not_allowlisted',
    ],
    ['the cap falls', () => ({ caps: { requestSats: 99 } }), 'amount_over_cap'],
    ['the budget falls', () => ({ caps: { daySats: 99 } }), 'BUDGET_EXCEEDED'],
  ];

  test.each(changes)('%s: nothing is paid', async (_name, change, code) => {
    const [market, seller] = await opened();
    const task = await market.buy(`${seller.origin}/a`);
    await market.asked(task);
    market.set(change(seller));
    expect(await market.say(task, 'once')).toBe('approved');
    const blocked = { status: 'blocked', code, money: 'not_moved' };
    expect(await market.ended(task)).toMatchObject(blocked);
    expect(await market.debits()).toBe(0);
  });

  test('the settings break: nothing is paid', async () => {
    const [market, seller] = await opened();
    const task = await market.buy(`${seller.origin}/a`);
    await market.asked(task);
    market.break();
    await market.say(task, 'once');
    const blocked = { status: 'blocked', code: 'settings_invalid', money: 'not_moved' };
    expect(await market.ended(task)).toMatchObject(blocked);
    expect(await market.debits()).toBe(0);
  });

  test('any other part of the policy changes, even to allow more: the human is asked anew', async () => {
    const [market, seller] = await opened();
    const task = await market.buy(`${seller.origin}/a`);
    const first = await market.asked(task);
    market.set({ caps: { requestSats: 2000 } });
    await market.say(task, 'once');
    await market.until(task, ({ facts }) => facts.at(-1)?.kind === 'asked');
    expect(await market.asked(task)).not.toBe(first);
    expect(await market.debits()).toBe(0);
    await market.say(task, 'once');
    expect(await market.ended(task)).toMatchObject(BOUGHT);
  });

  test('a rule that approved is taken out: the human is asked', async () => {
    const [market, seller] = await opened({ settings: FREE_HAND });
    const task = await waitingInLine(market, seller);
    market.set({ autoApprove: [] });
    await endOfLine(market);
    await market.asked(task);
    expect(await market.debits()).toBe(1);
  });

  test('the allowance that approved is taken back: the human is asked', async () => {
    const [market, seller] = await opened();
    const first = await market.buy(`${seller.origin}/first`);
    await market.say(first, sats(1000));
    await market.ended(first);
    const task = await waitingInLine(market, seller);
    const [allowance] = await market.store.allowances.list('local', market.clock.now());
    await market.store.allowances.revoke('local', allowance!.id);
    await endOfLine(market);
    await market.asked(task);
    expect(await market.debits()).toBe(2);
  });

  /** An approved purchase that waits because another payment to its host is on its way. */
  const waitingInLine = async (market: Market, seller: Seller) => {
    await market.sandbox.setBehaviour({ kind: 'late', ms: 5 * SECOND });
    const ahead = await market.buy(`${seller.origin}/ahead`);
    await market.until(ahead, one => kindsOf(one).includes('reserved'));
    const task = await market.buy(`${seller.origin}/a`);
    await market.until(task, one => kindsOf(one).includes('approved'));
    return task;
  };
  const endOfLine = async (market: Market) => {
    await market.pass(7 * SECOND);
  };
});

describe('an invoice that died while the human thought', () => {
  test('is replaced by a fresh one, at the same price or a lower, under the same approval', async () => {
    const [market, seller] = await opened();
    seller.invoiceMs = SHORT;
    const task = await market.buy(`${seller.origin}/a`);
    await market.asked(task);
    market.clock.move(5 * MINUTE);
    seller.price = sats(90);
    await market.say(task, 'once');
    expect(await market.ended(task)).toMatchObject(BOUGHT);
    expect((await market.sandbox.counts()).debited).toBe(sats(90));
    expect((await market.kinds(task)).filter(kind => kind === 'asked')).toHaveLength(1);
  });

  test('is replaced at a price up to the ceiling, and above it asked about anew', async () => {
    const [market, seller] = await opened();
    seller.invoiceMs = SHORT;
    for (const [path, price, asks] of [
      ['/at', sats(106), 1],
      ['/above', msat(106_001), 2],
    ] as const) {
      seller.price = sats(100);
      const task = await market.buy(`${seller.origin}${path}`);
      const first = await market.asked(task);
      market.clock.move(MINUTE);
      seller.price = price;
      await market.say(task, 'once');
      await market.until(task, ({ facts }) => {
        const last = facts.at(-1)!;
        return last.kind === 'delivered' || (last.kind === 'asked' && last.askId !== first);
      });
      expect((await market.kinds(task)).filter(kind => kind === 'asked')).toHaveLength(asks);
    }
    expect((await market.sandbox.counts()).debited).toBe(sats(106));
  });

  test('is replaced from the same origin only: another one is asked about anew', async () => {
    const [market, seller] = await opened();
    const other = await market.seller();
    seller.invoiceMs = SHORT;
    const task = await market.buy(`${seller.origin}/a`);
    const first = await market.asked(task);
    market.clock.move(MINUTE);
    other.price = sats(50);
    const location = `${other.origin}/a`;
    seller.unpaid = (_request, response) => response.writeHead(302, { location }).end();
    await market.say(task, 'once');
    await market.until(task, ({ facts }) => facts.at(-1)?.kind === 'asked');
    const { facts } = (await market.store.tasks.load(task.id))!;
    expect(facts.at(-1)).toMatchObject({ kind: 'asked', host: other.host });
    expect(facts.at(-1)).not.toMatchObject({ askId: first });
    expect(await market.debits()).toBe(0);
  });

  test('is given up when fresh ones keep dying before they can be paid', async () => {
    let isSlow = false;
    const slowly = (means: Means): Means => {
      const append: TaskStore['append'] = async (...what) => {
        const recorded = await means.tasks.append(...what);
        if (isSlow && recorded.facts.at(-1)?.kind === 'challenged') market.clock.move(2 * SECOND);
        return recorded;
      };
      return { ...means, tasks: { ...means.tasks, append } };
    };
    const [market, seller] = await opened({ means: slowly });
    seller.invoiceMs = 31 * SECOND;
    const task = await market.buy(`${seller.origin}/a`);
    await market.asked(task);
    market.clock.move(MINUTE);
    isSlow = true;
    await market.say(task, 'once');
    const failed = { status: 'failed', code: 'INVOICE_INVALID', money: 'not_moved' };
    expect(await market.ended(task)).toMatchObject(failed);
    expect(seller.requests).toHaveLength(6);
    expect(await market.debits()).toBe(0);
  });
});

describe('an approval is consumed once', () => {
  test('however many answers come at once, one counts and one payment is made', async () => {
    const [market, seller] = await opened();
    const task = await market.buy(`${seller.origin}/a`);
    const askId = await market.asked(task);
    const answers = await Promise.all(
      (['elicitation', 'terminal', 'elicitation', 'terminal'] as const).map(via =>
        market.buyer.answer(task, { askId, verdict: ONCE, via }),
      ),
    );
    expect(answers.sort()).toEqual([
      ...['already_answered', 'already_answered', 'already_answered', 'approved'],
    ]);
    expect(await market.ended(task)).toMatchObject(BOUGHT);
    expect(await market.debits()).toBe(1);
  });

  test('a yes after a no, and a no after a yes, change nothing', async () => {
    const [market, seller] = await opened();
    const task = await market.buy(`${seller.origin}/a`);
    const askId = await market.asked(task);
    const say = (verdict: HumanVerdict) =>
      market.buyer.answer(task, { askId, verdict, via: 'terminal' });
    expect(await say({ kind: 'no' })).toBe('denied');
    expect(await say(ONCE)).toBe('already_answered');
    expect(await market.debits()).toBe(0);
  });

  test('a replayed answer buys nothing more, whatever became of the purchase', async () => {
    const [market, seller] = await opened();
    const task = await market.buy(`${seller.origin}/a`);
    const askId = await market.asked(task);
    await market.say(task, 'once');
    await market.ended(task);
    const replay = () => market.buyer.answer(task, { askId, verdict: ONCE, via: 'elicitation' });
    expect(await replay()).toBe('already_answered');
    market.clock.move(HOUR);
    expect(await replay()).toBe('already_answered');
    const next = await market.buy(`${seller.origin}/a`);
    expect(await market.buyer.answer(next, { askId, verdict: ONCE, via: 'terminal' })).toBe(
      'stale_ask',
    );
    expect(await market.debits()).toBe(1);
  });

  test('an answer to a question that was never asked, or no longer stands, is stale', async () => {
    const [market, seller] = await opened();
    const task = await market.buy(`${seller.origin}/a`);
    const old = await market.asked(task);
    const answered = (askId: typeof old) =>
      market.buyer.answer(task, { askId, verdict: ONCE, via: 'terminal' });
    expect(await answered(newId('ask'))).toBe('stale_ask');
    market.clock.move(10 * MINUTE);
    expect(await answered(old)).toMatch(/^(expired|already_answered)$/);
    await market.until(task, one => kindsOf(one).includes('expired'));
    await market.buyer.renew(task);
    const fresh = await market.asked(task);
    expect(await answered(old)).toBe('already_answered');
    expect(await market.debits()).toBe(0);
    expect(await answered(fresh)).toBe('approved');
    await market.ended(task);
    expect(await market.debits()).toBe(1);
  });

  test('a failed payment has consumed it: another try is another question', async () => {
    const [market, seller] = await opened();
    await market.sandbox.setBehaviour({ kind: 'fail' });
    const task = await market.buy(`${seller.origin}/a`);
    await market.say(task, 'once');
    const failed = { status: 'failed', code: 'PaymentFailedError', money: 'not_moved' };
    expect(await market.ended(task)).toMatchObject(failed);
    await market.asked(await market.buy(`${seller.origin}/a`));
  });

  test('two processes on one record pay it once', async () => {
    const [market, seller] = await opened();
    const rival = openExecutor(market.means);
    const buyer = openBuyer(market.means, rival);
    const task = await market.buy(`${seller.origin}/a`);
    const askId = await market.asked(task);
    const both = [market.buyer, buyer].map(one =>
      one.answer(task, { askId, verdict: ONCE, via: 'terminal' }),
    );
    expect((await Promise.all(both)).sort()).toEqual(['already_answered', 'approved']);
    expect(await market.ended(task)).toMatchObject(BOUGHT);
    expect((await market.kinds(task)).filter(kind => kind === 'reserved')).toHaveLength(1);
    expect(await market.debits()).toBe(1);
    await rival.close();
  });

  test('an approval that nobody used in time is none: the human is asked anew', async () => {
    const [market, seller] = await opened();
    const task = await market.buy(`${seller.origin}/a`);
    const askId = await market.asked(task);
    await market.executor.close();
    await market.buyer.answer(task, { askId, verdict: ONCE, via: 'terminal' });
    market.clock.move(10 * MINUTE);
    await market.restart();
    await market.until(task, ({ facts }) => facts.at(-1)?.kind === 'asked');
    expect(await market.debits()).toBe(0);
  });
});
