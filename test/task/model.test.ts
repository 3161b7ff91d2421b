import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HOUR, MINUTE, msat, SECOND, sats } from '../../src/base/index.ts';
import type { WrittenSettings } from '../../src/policy/index.ts';
import { questionOf, type Task } from '../../src/task/index.ts';
import type { Behaviour } from '../../src/wallet/index.ts';
import { checkBooks } from './ledger-check.ts';
import { type Market, openMarket, type Word } from './market.ts';
import { FREE_HAND, policyOf } from './parts.ts';
import type { Seller } from './seller.ts';

// Any story whatever of purchases, answers, failures, restarts and time: the money always adds up.

const SETTINGS: WrittenSettings = {
  caps: { requestSats: 150, hostSats: 400, hourSats: 500, daySats: 600 },
  approvals: { maxPending: 50, maxPerHour: 100, coolDownMinutes: 0 },
  payments: { maxInFlight: 3, maxInFlightPerHost: 2 },
};
const POLICY = policyOf(SETTINGS);

interface Place {
  readonly market: Market;
  readonly sellers: readonly Seller[];
  readonly tasks: Task[];
}

/** One thing that happens; `pick` chooses among whatever there is. */
interface Happening {
  readonly text: string;
  readonly happen: (place: Place) => Promise<unknown>;
}

const happening = <T>(
  name: string,
  values: fc.Arbitrary<T>,
  happen: (place: Place, value: T) => Promise<unknown>,
): fc.Arbitrary<Happening> =>
  values.map(value => ({
    text: `${name} ${JSON.stringify(value, (_key, one) => (typeof one === 'bigint' ? `${one}` : one))}`,
    happen: place => happen(place, value),
  }));

async function hashesOf({ store }: Market, tasks: readonly Task[]): Promise<readonly string[]> {
  const loaded = await Promise.all(tasks.map(({ id }) => store.tasks.load(id)));
  const facts = loaded.flatMap(task => task!.facts);
  return facts.flatMap(fact => (fact.kind === 'reserved' ? [fact.paymentHash] : []));
}

const pick = fc.nat(1000);
const picked = <T>(all: readonly T[], choice: number): T | undefined => all[choice % all.length];
const prices = fc.constantFrom(sats(1), sats(40), sats(99), msat(100_001), sats(150), sats(151));
const words: fc.Arbitrary<Word> = fc.constantFrom<Word>('once', 'once', 'no', sats(300));
const behaviours = fc.constantFrom<Behaviour>(
  { kind: 'instant', fee: msat(500) },
  { kind: 'fail' },
  { kind: 'stuck' },
  { kind: 'error_after_acceptance' },
  { kind: 'settles_after_timeout', ms: 5 * MINUTE },
  { kind: 'late', ms: MINUTE, fee: sats(1) },
);

const buy = happening('buy', fc.tuple(fc.nat(1), fc.nat(2), fc.boolean()), async (place, value) => {
  const [seller, item, forceRefresh] = value;
  const url = `${place.sellers[seller]!.origin}/${item}`;
  const task = await place.market.buy(url, { forceRefresh: forceRefresh && item === 0 });
  if (!place.tasks.some(({ id }) => id === task.id)) place.tasks.push(task);
});
const say = happening('say', fc.tuple(pick, words), async ({ market, tasks }, [choice, word]) => {
  const loaded = await Promise.all(tasks.map(({ id }) => market.store.tasks.load(id)));
  const questions = loaded.flatMap(task => questionOf(task!, market.clock.now()) ?? []);
  const question = picked(questions, choice);
  if (question !== undefined) await market.say(question.task, word);
});
const pass = happening(
  'pass',
  fc.constantFrom(SECOND, 30 * SECOND, 6 * MINUTE, 20 * MINUTE, 2 * HOUR, 25 * HOUR, -HOUR),
  async ({ market }, ms) => market.clock.move(ms),
);
const behave = happening('behave', behaviours, ({ market }, how) =>
  market.sandbox.setBehaviour(how),
);
const price = happening('price', fc.tuple(fc.nat(1), prices), async ({ sellers }, [one, sum]) => {
  sellers[one]!.price = sum;
});
const settle = happening(
  'settle',
  fc.tuple(pick, fc.constantFrom('settle' as const, 'fail' as const)),
  async ({ market, tasks }, [choice, end]) => {
    const hash = picked(await hashesOf(market, tasks), choice);
    if (hash !== undefined) await market.sandbox.resolve(hash, end);
  },
);
const change = happening(
  'change',
  fc.tuple(pick, fc.constantFrom('cancel' as const, 'renew' as const)),
  async ({ market, tasks }, [choice, what]) => {
    const task = picked(tasks, choice);
    if (task !== undefined) await market.buyer[what](task);
  },
);
const revoke = happening('revoke', pick, async ({ market: { store, clock } }, choice) => {
  const allowance = picked(await store.allowances.list('local', clock.now()), choice);
  if (allowance !== undefined) await store.allowances.revoke('local', allowance.id);
});
const operate = happening(
  'operate',
  fc.constantFrom<WrittenSettings>({ paused: true }, { paused: false }, FREE_HAND, {
    autoApprove: [],
  }),
  async ({ market }, settings) => market.set(settings),
);
const restart = happening('restart', fc.constant(''), ({ market }) => market.restart());

const stories = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: buy },
    { weight: 6, arbitrary: say },
    { weight: 4, arbitrary: pass },
    { weight: 2, arbitrary: behave },
    { weight: 2, arbitrary: settle },
    { weight: 1, arbitrary: fc.oneof(price, change, revoke, operate, restart) },
  ),
  { minLength: 20, maxLength: 40, size: 'max' },
);

/** Lets every payment end and every question lapse: no task is left behind. */
async function conclude({ market, tasks }: Place): Promise<void> {
  await market.sandbox.setBehaviour({ kind: 'instant' });
  for (let isOver = false; !isOver; ) {
    for (const hash of await hashesOf(market, tasks)) await market.sandbox.resolve(hash, 'settle');
    await market.pass(10 * MINUTE, 10 * MINUTE);
    const ends = await Promise.all(tasks.map(task => market.status(task)));
    isOver = ends.every(({ final }) => final);
  }
}

test('whatever happens, caps hold, nothing is paid twice, and all that was paid was approved', async () => {
  let debits = 0;
  await fc.assert(
    fc.asyncProperty(stories, async story => {
      const market = await openMarket({ settings: SETTINGS });
      try {
        const sellers = [await market.seller(), await market.seller()];
        const place: Place = { market, sellers, tasks: [] };
        for (const { happen } of story) {
          await happen(place);
          await market.pass(0);
          await checkBooks(market, POLICY);
        }
        await conclude(place);
        await checkBooks(market, POLICY);
        debits += await market.debits();
      } finally {
        await market.close();
      }
    }),
    { numRuns: 60 },
  );
  expect(debits).toBeGreaterThan(50);
});
