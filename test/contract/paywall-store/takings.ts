import { describe, expect, test } from 'vitest';
import { DAY, msat } from '../../../src/base/index.ts';
import type { Bench } from './bench.ts';
import { NODE, OWNER, PAYWALL, receipt, token } from './fixture.ts';

/** What was earned. */
export function takingsContract(bench: Bench): void {
  describe('a receipt', () => {
    const takings = () => bench.store.takings;
    const minted = async (more = {}) => {
      const kept = token(more);
      await bench.store.tokens.keep(kept);
      return kept;
    };

    test('is booked with what it paid for, and settles its invoice', async () => {
      const { id, paymentHash } = await minted();
      const booked = await takings().book(NODE, receipt(7, paymentHash));
      const settlement = {
        id: `settlement_${paymentHash}`,
        paymentHash,
        amount: msat(10_000),
        settledAt: 1500,
        bookedAt: bench.now,
        fit: 'whole',
        asked: msat(10_000),
        owner: OWNER,
        paywallId: PAYWALL,
      };
      expect(booked).toEqual({ kind: 'booked', settlement });
      expect(await takings().list({ owner: OWNER, limit: 9 })).toEqual([settlement]);
      expect((await bench.store.tokens.find(id))?.status).toBe('settled');
    });

    test('that comes again, from any node and through any connection, changes nothing', async () => {
      const { paymentHash } = await minted();
      const other = await bench.place.open(bench.clock);
      const all = await Promise.all(
        Array.from({ length: 20 }, (_, at) =>
          (at % 2 === 0 ? takings() : other.paywalls.takings).book(
            { ...NODE, node: `node${at % 3}` },
            receipt(at + 1, paymentHash, { amount: msat(10_000 + at) }),
          ),
        ),
      );
      expect(all.filter(({ kind }) => kind === 'booked')).toHaveLength(1);
      expect(await takings().list({ owner: OWNER, limit: 9 })).toHaveLength(1);
      await other.close();
    });

    test('moves the cursor of its node alone', async () => {
      expect(await takings().cursor('node')).toBe(0n);
      await takings().book(NODE, receipt(7, (await minted()).paymentHash));
      await takings().book(NODE, receipt(5, 'ab'.repeat(32)));
      expect(await takings().cursor('node')).toBe(7n);
      expect(await takings().cursor('other')).toBe(0n);
    });

    test('of no invoice of ours is kept, and told', async () => {
      const paymentHash = 'ab'.repeat(32);
      const booked = await takings().book(NODE, receipt(1, paymentHash));
      expect(booked).toMatchObject({ settlement: { fit: 'unknown', owner: undefined } });
      expect([await takings().unknown(1500), await takings().unknown(1501)]).toEqual([1, 0]);
      expect(await takings().list({ owner: OWNER, limit: 9 })).toEqual([]);
    });

    test('of too little settles nothing, and is told', async () => {
      const { id, paymentHash } = await minted();
      const amount = msat(9999);
      const booked = await takings().book(NODE, receipt(1, paymentHash, { amount }));
      expect(booked).toMatchObject({ settlement: { fit: 'short', amount, asked: 10_000n } });
      expect((await bench.store.tokens.find(id))?.status).toBe('open');
    });

    test('of more than was asked is income as it came', async () => {
      const { paymentHash } = await minted();
      await takings().book(NODE, receipt(1, paymentHash, { amount: msat(15_000) }));
      expect(await takings().income(OWNER, 0)).toMatchObject([{ amount: 15_000n, payments: 1 }]);
    });

    test('is listed newest first, and a cursor never skips or repeats one, however many come at once', async () => {
      const hashes: string[] = [];
      for (let at = 1; at <= 9; at += 1) {
        const { paymentHash } = await minted(at === 9 ? { paywallId: 'pw_2' } : {});
        hashes.unshift(paymentHash);
        // A clock that stands still, and one that goes back.
        if (at === 5) bench.now -= DAY;
        await takings().book(NODE, receipt(at, paymentHash));
      }
      const found = await paged(2);
      expect(found).toEqual(hashes);
      expect(await takings().list({ owner: OWNER, paywallId: 'pw_2', limit: 9 })).toHaveLength(1);
      expect(await takings().list({ owner: 'bob', limit: 9 })).toEqual([]);
    });

    test('counts to the day (UTC) on which it was paid, to its paywall, and as the money that it is', async () => {
      const day = Date.UTC(2026, 0, 31);
      const book = async (settledAt: number, more = {}, node = NODE) => {
        const { paymentHash } = await minted(more);
        await takings().book(node, receipt(1, paymentHash, { settledAt }));
      };
      for (const at of [day, day + DAY - 1, day + DAY]) await book(at);
      await book(day, { paywallId: 'pw_2' });
      await book(day, { owner: 'bob' });
      await book(day, {}, { node: 'sandbox', real: false });
      expect(await takings().income(OWNER, 0)).toEqual([
        { paywallId: PAYWALL, real: true, day: '2026-02-01', amount: 10_000n, payments: 1 },
        { paywallId: PAYWALL, real: true, day: '2026-01-31', amount: 20_000n, payments: 2 },
        { paywallId: PAYWALL, real: false, day: '2026-01-31', amount: 10_000n, payments: 1 },
        { paywallId: 'pw_2', real: true, day: '2026-01-31', amount: 10_000n, payments: 1 },
      ]);
      expect(await takings().income(OWNER, day + DAY)).toHaveLength(1);
    });
  });

  /** All settlements, as one who reads page after page finds them. */
  async function paged(limit: number): Promise<readonly string[]> {
    const found: string[] = [];
    for (let before = Number.MAX_SAFE_INTEGER; ; ) {
      const page = await bench.store.takings.list({ owner: OWNER, limit, before });
      if (page.length === 0) return found;
      found.push(...page.map(({ paymentHash }) => paymentHash));
      before = page.at(-1)!.bookedAt;
    }
  }

  describe('traffic', () => {
    test('adds up by day and paywall', async () => {
      const { traffic } = bench.store;
      await traffic.add('2026-01-31', new Map([[PAYWALL, 2]]));
      await traffic.add(
        '2026-01-31',
        new Map([
          [PAYWALL, 3],
          ['pw_2', 1],
        ]),
      );
      await traffic.add('2026-02-01', new Map([[PAYWALL, 1]]));
      expect(await traffic.of('2026-01-31')).toEqual(
        new Map([
          [PAYWALL, 5],
          ['pw_2', 1],
        ]),
      );
      expect(await traffic.of('2026-01-30')).toEqual(new Map());
    });

    test('of more than a year ago is forgotten', async () => {
      const { traffic } = bench.store;
      await traffic.add('2024-12-01', new Map([[PAYWALL, 2]]));
      await traffic.add('2026-01-31', new Map([[PAYWALL, 2]]));
      expect(await traffic.of('2024-12-01')).toEqual(new Map());
    });
  });
}
