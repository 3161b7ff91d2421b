import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Clock, DAY, MINUTE, silent, TollkeeperError } from '../../src/base/index.ts';
import { type Collector, openCollector } from '../../src/paywall/collector.ts';
import type { InvoiceIssuer } from '../../src/paywall/issuer.ts';
import { type Counter, openCounter } from './counter.ts';

let counter: Counter;
const open: Collector[] = [];
beforeEach(async () => {
  counter = await openCounter();
  await counter.open();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map(each => each.close()));
  await counter.close();
});

/** Starts to collect, as a process does; pauses after a failure end at once. */
function collect(issuer: Partial<InvoiceIssuer> = {}, log = silent): Collector {
  const after: Clock['after'] = (ms, signal) =>
    ms >= MINUTE
      ? counter.clock.after(ms, signal)
      : new Promise<void>(resolve => setImmediate(resolve));
  const clock = { now: counter.clock.now, after };
  const collector = openCollector({
    paywalls: counter.store.paywalls,
    issuer: async () => ({ ...counter.issuer, ...issuer }),
    clock,
    log,
  });
  open.push(collector);
  return collector;
}

const listed = () => counter.store.paywalls.takings.list({ owner: 'alice', limit: 200 });
const settles = (count: number) =>
  vi.waitUntil(async () => (await listed()).length >= count, { timeout: 5000 });
let clients = 0;
const sell = () => {
  clients += 1;
  return counter.buy({}, { address: `10.0.${clients}.1` });
};

test('what is paid is booked, before and while it collects', async () => {
  await sell();
  collect();
  await settles(1);
  await sell();
  await settles(2);
  expect(await listed()).toMatchObject([
    { fit: 'whole', amount: 10_000n, asked: 10_000n, owner: 'alice' },
    { fit: 'whole' },
  ]);
});

test('what is paid while nobody collects is booked by whoever does next, and nothing twice', async () => {
  const first = collect();
  await sell();
  await settles(1);
  await first.close();
  await Promise.all([sell(), sell()]);
  collect();
  collect();
  await settles(3);
  const hashes = (await listed()).map(({ paymentHash }) => paymentHash);
  expect(new Set(hashes).size).toBe(3);
  expect(await counter.store.paywalls.takings.cursor(counter.issuer.node)).toBe(3n);
});

test('a node that is lost again and again loses no receipt', async () => {
  let lost = 0;
  collect({
    async *settlements(since, signal) {
      for await (const receipt of counter.issuer.settlements(since, signal)) {
        yield receipt;
        lost += 1;
        throw new TollkeeperError('wallet_unavailable');
      }
    },
  });
  for (let at = 0; at < 4; at += 1) await sell();
  await settles(4);
  expect(lost).toBeGreaterThanOrEqual(4);
});

test('what was paid while nobody listened for days is booked, and its token is still good', async () => {
  const policy = { fixedAmountMsats: 10_000, tokenTtlSeconds: 30 * 86_400 };
  const { id } = await counter.open({
    policy,
    routes: [{ hostPattern: 'long.example', pathPattern: '/**', upstream: 'api' }],
  });
  const wanted = { host: 'long.example' };
  const bought = await counter.buy(wanted);
  counter.now += 2 * DAY;
  // Whoever asks first has the mint make room.
  await counter.ask(wanted, { address: '10.9.9.9' });
  collect();
  await settles(1);
  expect(await listed()).toMatchObject([{ fit: 'whole', paywallId: id }]);
  const again = await counter.ask(wanted, { authorization: [bought] });
  expect(again).toMatchObject({ kind: 'admitted' });
});

test('an invoice that nobody paid in time is asked about once it is over, and no more then', async () => {
  const { takings } = counter.store.paywalls;
  const overdue = () => takings.overdue(counter.issuer.node, counter.now, 200);
  for (let at = 0; at < 60; at += 1) await counter.ask({}, { address: `10.1.${at}.1` });
  await sell();
  expect(await overdue()).toEqual([]);
  counter.now += DAY;
  expect(await overdue()).toHaveLength(61);
  const asked: string[] = [];
  collect({
    lookUp: hash => {
      asked.push(hash);
      return counter.issuer.lookUp(hash);
    },
  });
  await vi.waitUntil(async () => (await overdue()).length === 0);
  expect(new Set(asked).size).toBe(asked.length);
});

test('a receipt that fits no invoice is kept, and told', async () => {
  const told: unknown[] = [];
  const log = { ...silent, warn: (data: object) => told.push(data) };
  const paymentHash = 'ab'.repeat(32);
  collect(
    {
      async *settlements() {
        yield { index: 1n, paymentHash, amount: 5n as never, settledAt: 1 };
      },
    },
    log,
  );
  await vi.waitUntil(async () => (await counter.store.paywalls.takings.unknown(0)) === 1);
  await vi.waitUntil(() => told.length > 0);
  expect(told[0]).toMatchObject({ id: `settlement_${paymentHash}`, fit: 'unknown', amount: '5' });
});

test('a log never holds what opens anything', async () => {
  const told: unknown[] = [];
  const keep = (data: object, message: string) => told.push(data, message);
  collect({}, { debug: keep, info: keep, warn: keep, error: keep });
  const bought = await sell();
  await settles(1);
  await vi.waitUntil(() => told.length > 0);
  const [, token = '', preimage = ''] = /^L402 (.*):(.*)$/.exec(bought) ?? [];
  const text = JSON.stringify(told);
  expect(text).toContain('settlement_');
  expect(text).not.toContain(preimage);
  expect(text).not.toContain(token.slice(40, 60));
});

test('closing ends it, also while it waits for a node', async () => {
  const collector = collect({
    settlements: async function* (_since, signal) {
      await new Promise(resolve => signal.addEventListener('abort', resolve, { once: true }));
    },
  });
  await collector.close();
});
