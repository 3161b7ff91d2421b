import { randomInt } from 'node:crypto';
import { expect, type TestContext, test } from 'vitest';
import { HOUR, MINUTE, SECOND, sats } from '../../src/base/index.ts';
import type { WrittenSettings } from '../../src/policy/index.ts';
import type { Behaviour } from '../../src/wallet/index.ts';
import { policyOf } from '../task/parts.ts';
import type { Seller } from '../task/seller.ts';
import { checkBooks, checkEnd } from './books-check.ts';
import type { Child } from './child.ts';
import { type Random, randomFrom } from './random.ts';
import { openRig, type Rig } from './rig.ts';
import { scaled } from './scale.ts';

// A busy buyer is killed again and again, at any moment; after each death the books are right, and in the end
// everything is finished. Budgets are so small that they often stop a purchase.

const SETTINGS: WrittenSettings = {
  caps: { hostSats: 1_500, hourSats: 800, daySats: 4_000 },
  autoApprove: [{ host: '127.0.0.1:*', maxSats: 100, maxSatsPerDay: 1_500 }],
  hosts: { methods: [{ host: '127.0.0.1:*', methods: ['POST'] }] },
  approvals: { maxPending: 50, maxPerHour: 100, coolDownMinutes: 0 },
};
const POLICY = policyOf(SETTINGS);
const BANK_WAITS_MS = 150;
const BEHAVIOURS: readonly Behaviour[] = [
  { kind: 'instant' },
  { kind: 'instant', fee: sats(1) },
  { kind: 'late', ms: 50 },
  { kind: 'fail' },
  { kind: 'stuck' },
  { kind: 'error_after_acceptance' },
  { kind: 'settles_after_timeout', ms: 2 * BANK_WAITS_MS },
  // Over the limit of the reservation: the wallet has to refuse it.
  { kind: 'instant', fee: sats(50) },
];
/** How far the clock goes on from one life to the next, ms: past the lease, and now and then past other things. */
const PAUSES = [...Array<number>(16).fill(12 * SECOND), 5 * MINUTE, 5 * MINUTE, 5 * MINUTE, HOUR];
const SELLERS = 4;
const PURCHASES = 3;
/** How long a life may wait for what it cannot move, ms. */
const LONGEST_LIFE = 2 * SECOND;

const STREAMS = 2;
const KILLS = scaled(200, 1_000) / STREAMS;

test.concurrent.for(Array.from({ length: STREAMS }, (_, stream) => stream + 1))(
  `stream %i: after each of ${KILLS} deaths at random moments no debit is double, no cap is passed, nothing is lost`,
  { timeout: 60 * MINUTE },
  async (_stream, context) => {
    const seed = randomInt(2 ** 32 - 1);
    let lives = 0;
    try {
      const random = randomFrom(seed);
      const { rig, sellers } = await busyMarket(random, context);
      for (; lives < KILLS; lives += 1) {
        await rig.bank.endStuck(random.of(['settle', 'fail']), 2);
        const buyer = await rig.start({ human: true });
        for (let count = 0; count < PURCHASES; count += 1) buySomething(random, buyer, sellers);
        await Promise.race([buyer.written(random.below(30)), rig.clock.after(LONGEST_LIFE)]);
        await rig.clock.after(random.below(10));
        buyer.kill('SIGKILL');
        expect(await buyer.gone).toBe('SIGKILL');
        await checkBooks(rig, POLICY);
        rig.pass(random.of(PAUSES));
      }
      await finish(rig);
      await checkBooks(rig, POLICY);
      await checkEnd(rig);
      expect((await rig.bank.counts()).payments).toBeGreaterThan(KILLS / 4);
    } catch (cause) {
      throw new Error(`seed ${seed}, after ${lives} deaths: ${cause}`, { cause });
    }
  },
);

/** A market whose sellers' invoices each go some way of their own. */
async function busyMarket(random: Random, context: TestContext) {
  const rig = await openRig(SETTINGS, context);
  await rig.bank.hurry(BANK_WAITS_MS);
  const issue: Rig['bank']['issue'] = async order => {
    const invoice = await rig.bank.issue(order);
    await rig.bank.setBehaviour(random.of(BEHAVIOURS), invoice.hash);
    return invoice;
  };
  const sellers: Seller[] = [];
  for (let count = 0; count < SELLERS; count += 1) {
    const seller = await rig.seller(issue);
    seller.price = sats(20);
    sellers.push(seller);
  }
  return { rig, sellers };
}

/** Wants something of some seller, maybe for the second time, maybe only with a human's word. */
function buySomething(random: Random, buyer: Child, sellers: readonly Seller[]): void {
  const url = `${random.of(sellers).origin}/${random.below(KILLS * 2)}`;
  const method = random.of(['GET', 'GET', 'GET', 'POST'] as const);
  buyer.mention({ do: 'buy', url, want: { method, requireApproval: random.below(3) === 0 } });
}

/** Lets processes come and go until nothing is open; hours apart at first, for what the wallet never heard of is let go only then. */
async function finish(rig: Rig): Promise<void> {
  for (let lives = 0; lives < 100; lives += 1) {
    rig.pass(lives < 3 ? 2 * HOUR : MINUTE);
    const last = await rig.start({ human: true });
    const isDone = await last.tell({ do: 'finish', ms: 8_000 });
    await last.tell({ do: 'close' });
    if (isDone) return;
  }
}
