import { describe, expect, test } from 'vitest';
import { DAY } from '../../../src/base/index.ts';
import type { InvoiceStatus } from '../../../src/paywall/invoice.ts';
import type { Bench } from './bench.ts';
import { OWNER, token } from './fixture.ts';

/** Tokens, their invoices, and their uses. */
export function tokensContract(bench: Bench): void {
  describe('a token', () => {
    const tokens = () => bench.store.tokens;

    test('is found as it was kept, also by another connection', async () => {
      const kept = token();
      await tokens().keep(kept);
      expect(await tokens().find(kept.id)).toEqual({ token: kept, status: 'open' });
      const other = await bench.place.open(bench.clock);
      expect(await other.paywalls.tokens.find(kept.id)).toEqual({ token: kept, status: 'open' });
      expect(await tokens().find('ab'.repeat(32))).toBeUndefined();
      await other.close();
    });

    test('has an id and a payment of its own', async () => {
      const kept = token();
      await tokens().keep(kept);
      await expect(tokens().keep(token({ id: kept.id }))).rejects.toThrow();
      await expect(tokens().keep(token({ paymentHash: kept.paymentHash }))).rejects.toThrow();
      await tokens().keep(token());
    });

    test('has as many uses as are asked for, and each that is given back', async () => {
      const { id } = await keep();
      expect([await tokens().claim(id, 2), await tokens().claim(id, 2)]).toEqual([1, 2]);
      expect(await tokens().claim(id, 2)).toBeUndefined();
      await tokens().giveBack(id);
      expect(await tokens().claim(id, 2)).toBe(2);
      expect(await tokens().claim(id, 1)).toBeUndefined();
      expect(await tokens().claim('ab'.repeat(32), 1)).toBeUndefined();
      for (const _ of [1, 2, 3]) await tokens().giveBack(id);
      expect(await tokens().claim(id, 1)).toBe(1);
    });

    test('gives each use to one alone, of however many that come at once', async () => {
      const { id } = await keep();
      const other = await bench.place.open(bench.clock);
      const stores = [tokens(), other.paywalls.tokens];
      const taken = await Promise.all(
        Array.from({ length: 100 }, (_, at) => stores[at % 2]!.claim(id, 30)),
      );
      const numbers = taken.filter(each => each !== undefined);
      expect(numbers.toSorted((a, b) => a - b)).toEqual(
        Array.from({ length: 30 }, (_, at) => at + 1),
      );
      await other.close();
    });

    test('has an invoice whose status only rises', async () => {
      const { id, paymentHash } = await keep();
      const told: readonly (readonly [InvoiceStatus, InvoiceStatus])[] = [
        ['open', 'open'],
        ['expired', 'expired'],
        ['open', 'expired'],
        ['settled', 'settled'],
        ['canceled', 'settled'],
      ];
      for (const [status, expected] of told) {
        await tokens().raise(paymentHash, status);
        expect((await tokens().find(id))?.status).toBe(expected);
      }
      await tokens().raise('ab'.repeat(32), 'settled');
    });

    test('waits to be paid until its invoice is over, or settled', async () => {
      const [paid] = [await keep(), await keep()];
      expect(await tokens().unpaid(1999)).toBe(2);
      expect(await tokens().unpaid(2000)).toBe(0);
      await tokens().raise(paid.paymentHash, 'settled');
      expect(await tokens().unpaid(1999)).toBe(1);
    });

    test('that nobody paid is forgotten some time after; a paid one never', async () => {
      const [unpaid, paid] = [await keep(), await keep()];
      await tokens().raise(paid.paymentHash, 'settled');
      await keep({ mintedAt: 2000 + DAY });
      expect(await tokens().find(unpaid.id)).toBeDefined();
      await keep({ mintedAt: 2001 + DAY });
      expect(await tokens().find(unpaid.id)).toBeUndefined();
      expect(await tokens().find(paid.id)).toBeDefined();
    });

    test('is one of its owner’s invoices, newest first; one whose time is over is expired', async () => {
      const [first, second] = [await keep(), await keep({ mintedAt: 1001, paywallId: 'pw_2' })];
      await keep({ owner: 'bob' });
      await tokens().raise(first.paymentHash, 'settled');
      const list = async (more = {}) => {
        const invoices = await bench.store.takings.invoices({ owner: OWNER, limit: 9, ...more });
        return invoices.map(({ paymentHash, status }) => [paymentHash, status]);
      };
      bench.now = 1999;
      expect(await list()).toEqual([
        [second.paymentHash, 'open'],
        [first.paymentHash, 'settled'],
      ]);
      bench.now = 2000;
      expect(await list()).toMatchObject([[second.paymentHash, 'expired'], {}]);
      expect(await list({ paywallId: 'pw_2' })).toHaveLength(1);
      expect(await list({ before: 1001 })).toHaveLength(1);
      expect(await list({ limit: 1 })).toHaveLength(1);
    });

    async function keep(more = {}) {
      const kept = token(more);
      await tokens().keep(kept);
      return kept;
    }
  });
}
