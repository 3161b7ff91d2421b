import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { expect, inject, test, vi } from 'vitest';
import { MINUTE, SECOND, systemClock } from '../../src/base/index.ts';
import type { Settlement } from '../../src/paywall/index.ts';
import { LOCAL_OWNER } from '../../src/server/owner.ts';
import { openStall, PRICE, type Stall } from '../paywall/gateway/stall.ts';
import { type Buyer, openBuyer, openShelf } from './gateway-buyers.ts';
import { type Random, randomFrom } from './random.ts';
import { scaled } from './scale.ts';

// A busy gateway is killed again and again, at any moment, while buyers pay, use what they bought, and sometimes get
// nothing because the upstream fails. The sandbox's ledger and the upstream know what was really paid and delivered.

const KILLS = scaled(40, 200);
const BUYERS = 4;
const USES = 8;
/** How many answers a life may give, and how long it may last, ms. */
const [MOST_ANSWERS, LONGEST_LIFE] = [80, 3 * SECOND];

test(`after ${KILLS} deaths under load each payment is booked once, and each use was counted once`, {
  timeout: 20 * MINUTE,
}, async () => {
  const seed = randomInt(2 ** 32 - 1);
  let lives = 0;
  try {
    const random = randomFrom(seed);
    const { origin: upstream, delivered } = await openShelf(random);
    const program = join(inject('programs'), 'gateway.mjs');
    const stall = await openStall({ upstream, program, uses: USES });
    const buyers = Array.from({ length: BUYERS }, (_, n) => openBuyer(stall, `buyer-${n}`));
    for (; lives < KILLS; lives += 1) {
      await live(stall, buyers, random);
      // What the node does not know of was never received, and a hash is in the books once.
      expect(truth(stall)).toEqual(expect.arrayContaining([...(await booked(stall))]));
    }
    const last = await stall.start();
    await Promise.all(buyers.map(buyer => buyer.finish(last.url)));
    const isWhole = async () => (await booked(stall)).length === truth(stall).length;
    await vi.waitUntil(isWhole, { timeout: 20 * SECOND });
    await checkTakings(stall);
    checkUses(buyers, delivered);
    expect(truth(stall).length).toBeGreaterThan(KILLS);
  } catch (cause) {
    throw new Error(`seed ${seed}, after ${lives} deaths: ${cause}`, { cause });
  }
});

/** One life of a gateway: from its start to its death at some answer, with requests on their way. */
async function live(stall: Stall, buyers: readonly Buyer[], random: Random): Promise<void> {
  const gateway = await stall.start();
  const answers = () => buyers.reduce((sum, buyer) => sum + buyer.answers, 0);
  const enough = answers() + random.below(MOST_ANSWERS);
  const living = Promise.all(buyers.map(buyer => buyer.live(gateway.url)));
  // A promise that fails meanwhile fails the test below, not the process.
  living.catch(() => undefined);
  const until = performance.now() + LONGEST_LIFE;
  while (answers() < enough && performance.now() < until) await systemClock.after(1);
  await systemClock.after(random.below(5));
  gateway.kill();
  expect(await gateway.gone).toBe('SIGKILL');
  await living;
}

/** What the node received: `hash amount`. */
function truth({ ledger }: Stall): readonly string[] {
  return ledger.settled().map(([hash, amount]) => `${hash} ${amount}`);
}

/** What the record says of it. */
async function booked(stall: Stall): Promise<readonly string[]> {
  const rows = (await settlements(stall)).map(
    ({ paymentHash, amount }) => `${paymentHash} ${amount}`,
  );
  expect(new Set(rows).size).toBe(rows.length);
  return rows.sort();
}

async function settlements({ record }: Stall): Promise<readonly Settlement[]> {
  const all: Settlement[] = [];
  for (;;) {
    const before = all.at(-1)?.bookedAt;
    const query = { owner: LOCAL_OWNER, limit: 100, ...(before === undefined ? {} : { before }) };
    const page = await record.paywalls.takings.list(query);
    if (page.length === 0) return all;
    all.push(...page);
  }
}

/** Nothing lost, nothing doubled, nothing unknown; and the income is the sum of it. */
async function checkTakings(stall: Stall): Promise<void> {
  const { takings } = stall.record.paywalls;
  expect(await booked(stall)).toEqual(truth(stall));
  expect(new Set((await settlements(stall)).map(({ fit }) => fit))).toEqual(new Set(['whole']));
  expect(await takings.unknown(0)).toBe(0);
  const days = await takings.income(LOCAL_OWNER, 0);
  const payments = days.reduce((sum, day) => sum + day.payments, 0);
  const earned = days.reduce((sum, { amount }) => sum + amount, 0n);
  const count = truth(stall).length;
  expect([earned, payments]).toEqual([PRICE * BigInt(count), count]);
}

/** Nobody got more than was paid for, and each use that was lost was on its way when a gateway died. */
function checkUses(buyers: readonly Buyer[], delivered: ReadonlyMap<string, number>): void {
  const tokens = buyers.flatMap(({ bought }) => bought);
  const ends = tokens.map(({ authorization: _secret, ...token }) => {
    return { ...token, delivered: delivered.get(token.name) ?? 0 };
  });
  const wrong = ends.filter(({ delivered: count, got, cut, spent }) => {
    return !spent || count > USES || count < USES - cut || got > count || got < count - cut;
  });
  expect(wrong).toEqual([]);
  const cut = tokens.reduce((sum, token) => sum + token.cut, 0);
  process.stderr.write(`${tokens.length} tokens, ${cut} requests cut off by a death\n`);
  expect(cut).toBeGreaterThan(KILLS / 4);
}
