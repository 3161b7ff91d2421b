import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE, msat, newId, systemClock } from '../../../src/base/index.ts';
import type { NewFact } from '../../../src/task/fact.ts';
import type { Bench } from './bench.ts';
import { appending, approved, asked, reads, reserved, settled } from './fixture.ts';
import { RACE } from './jobs.ts';

/** What decisions read beside their own task. */
export function booksContract(bench: Bench): void {
  describe('the books', () => {
    const { opened, append, books, kindsOf, workers } = bench;

    test('a held sum counts with its fee limit, however old it is', async () => {
      await append(
        await opened(),
        reserved(100, { at: bench.now, feeLimit: msat(5), grant: 'rule' }),
      );
      bench.now += 400 * DAY;
      const { spend, grants, inFlight } = await books();
      expect(spend).toMatchObject({ hostDay: 105n, hour: 105n, day: 105n, total: 105n });
      expect(grants).toEqual(new Map([['rule', 105n]]));
      expect(inFlight).toEqual({ host: 1, all: 1 });
    });

    test('a settled sum counts with its fee until its window has passed', async () => {
      const id = await opened();
      await append(
        id,
        reserved(100, { feeLimit: msat(5) }),
        settled(100, { at: bench.now, fee: 2 }),
      );
      expect(await books()).toMatchObject({
        spend: { hostDay: 102n, hour: 102n, day: 102n },
        inFlight: { host: 0, all: 0 },
      });
      bench.now += HOUR;
      expect((await books()).spend).toMatchObject({ hostDay: 102n, hour: 0n, day: 102n });
      bench.now += 23 * HOUR;
      expect((await books()).spend).toMatchObject({ hostDay: 0n, hour: 0n, day: 0n, total: 102n });
    });

    test('a released sum is free again, and spent after all if it settles later', async () => {
      const id = await opened();
      await append(id, reserved(100), { kind: 'released', at: bench.now, code: 'FEE_LIMIT' });
      expect((await books()).spend.day).toBe(0n);
      await append(id, settled(100, { at: bench.now }));
      expect((await books()).spend.day).toBe(100n);
    });

    test('what was spent is not freed by a release that comes too late', async () => {
      const at = bench.now;
      const id = await opened();
      await append(id, reserved(100), settled(100, { at }), {
        kind: 'released',
        at,
        code: 'FEE_LIMIT',
      });
      expect((await books()).spend.day).toBe(100n);
    });

    test('a clock that goes back frees nothing', async () => {
      const id = await opened();
      await append(
        id,
        reserved(100, { at: bench.now }),
        settled(100, { at: bench.now - 30 * DAY }),
      );
      bench.now -= 2 * HOUR;
      expect((await books()).spend).toMatchObject({ hostDay: 100n, hour: 100n, day: 100n });
    });

    test('sums count for their owner, and on other hosts only in all', async () => {
      const id = await opened();
      const elsewhere = reserved(100, { at: bench.now, host: 'other.example' });
      await bench.ports.tasks.append(id, reads({ host: 'other.example' }), appending(elsewhere));
      expect(await books()).toMatchObject({
        spend: { hostDay: 0n, hour: 100n, day: 100n },
        inFlight: { host: 0, all: 1 },
      });
      const others = await books({ owner: 'bob', host: 'other.example' });
      expect(others).toMatchObject({ spend: { day: 0n }, inFlight: { host: 1, all: 1 } });
    });

    test('the windows agree with a plain reading of the facts', async () => {
      const purchase = fc.record({
        amount: fc.integer({ min: 0, max: 1000 }),
        age: fc.integer({ min: -2 * HOUR, max: 26 * HOUR }),
        end: fc.constantFrom('held', 'settled', 'released'),
      });
      type Bought = typeof purchase extends fc.Arbitrary<infer One> ? One : never;
      const buy = async (owner: string, { amount, age, end }: Bought) => {
        const at = bench.now - age;
        const ends: Record<string, NewFact[]> = {
          held: [],
          settled: [settled(amount, { at })],
          released: [{ kind: 'released', at, code: 'FEE_LIMIT' }],
        };
        const facts = [reserved(amount, { at }), ...ends[end]!];
        await bench.ports.tasks.append(
          await opened({ owner }),
          reads({ owner }),
          appending(...facts),
        );
      };
      await fc.assert(
        fc.asyncProperty(fc.array(purchase, { maxLength: 8 }), async purchases => {
          const owner = newId('task');
          for (const one of purchases) await buy(owner, one);
          const within = (window: number) =>
            purchases
              .filter(({ end, age }) => end === 'held' || (end === 'settled' && age < window))
              .reduce((total, { amount }) => total + BigInt(amount), 0n);
          const day = within(DAY);
          expect((await books({ owner })).spend).toEqual({
            hostDay: day,
            hour: within(HOUR),
            day,
            total: within(Number.POSITIVE_INFINITY),
            unclaimed: 0n,
          });
        }),
        { numRuns: 25 },
      );
    });

    test('the books that are shown are those that decisions read', async () => {
      const at = bench.now;
      await append(await opened(), reserved(100, { at, paymentHash: 'aa' }), asked('ask_1', at));
      const shown = await bench.ports.ledger.books(reads({ now: at, paymentHash: 'aa' }));
      expect(shown).toMatchObject({ spend: { day: 100n }, inFlight: { all: 1 } });
      expect(shown).toEqual(await books({ paymentHash: 'aa' }));
    });

    test('four processes that race for a budget spend exactly the budget', async () => {
      const answers = await workers<{ held: number }>('race', 4);
      expect(answers.reduce((total, { held }) => total + held, 0)).toBe(RACE.cap);
      bench.now = systemClock.now();
      expect((await books()).spend.day).toBe(BigInt(RACE.cap));
    });

    test('a payment hash belongs to one task', async () => {
      const id = await opened();
      const other = await opened();
      await append(id, reserved(1, { paymentHash: 'aa' }));
      expect((await books({ paymentHash: 'aa' })).hashTask).toBe(id);
      expect((await books({ paymentHash: 'bb' })).hashTask).toBeUndefined();
      const again = await append(other, reserved(1, { paymentHash: 'aa' }));
      expect(again).toMatchObject({ rejected: 'INVOICE_INVALID' });
      expect(await kindsOf(other)).toEqual(['requested']);
    });

    test('a task holds one sum at a time', async () => {
      const id = await opened();
      await append(id, reserved(1));
      await expect(append(id, reserved(1))).rejects.toThrow();
      expect(await kindsOf(id)).toEqual(['requested', 'reserved']);
    });

    test('a sum is never held on a host whose books were not read', async () => {
      const id = await opened();
      const elsewhere = append(id, reserved(1, { host: 'other.example' }));
      await expect(elsewhere).rejects.toMatchObject({ code: 'internal_error' });
      expect(await kindsOf(id)).toEqual(['requested']);
    });

    test('a question is pending until it is answered, replaced, or too old', async () => {
      const id = await opened();
      await append(id, asked('ask_1', bench.now));
      expect((await books()).asks).toEqual({ pending: 1, lastHour: 1, deniedAt: 0 });
      await append(id, asked('ask_2', bench.now));
      expect((await books()).asks).toEqual({ pending: 1, lastHour: 2, deniedAt: 0 });
      await append(await opened(), asked('ask_3', bench.now), approved('ask_3', bench.now));
      expect((await books()).asks).toEqual({ pending: 1, lastHour: 3, deniedAt: 0 });
      bench.now += 10 * MINUTE;
      expect((await books()).asks).toEqual({ pending: 0, lastHour: 3, deniedAt: 0 });
      bench.now += HOUR;
      expect((await books()).asks).toEqual({ pending: 0, lastHour: 0, deniedAt: 0 });
    });

    test('a no is remembered for its host and owner alone', async () => {
      const id = await opened();
      await append(id, asked('ask_1', bench.now), {
        kind: 'declined',
        askId: 'ask_1',
        via: 'terminal',
        at: bench.now + 5,
      });
      expect((await books()).asks).toMatchObject({ pending: 0, deniedAt: bench.now + 5 });
      expect((await books({ host: 'other.example' })).asks.deniedAt).toBe(0);
      expect((await books({ owner: 'bob' })).asks.deniedAt).toBe(0);
    });
  });
}
