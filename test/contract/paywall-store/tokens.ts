import { describe, expect, test } from 'vitest';
import { DAY } from '../../../src/base/index.ts';
import type { InvoiceStatus } from '../../../src/paywall/invoice.ts';
import type { Bench } from './bench.ts';
import { token } from './fixture.ts';

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

    test('is forgotten some time after it is known to be dead; one that was paid, or may have been, never', async () => {
      const [expired, canceled] = [await keep(), await keep()];
      const [paid, unheard] = [await keep(), await keep()];
      await tokens().raise(expired.paymentHash, 'expired');
      await tokens().raise(canceled.paymentHash, 'canceled');
      await tokens().raise(paid.paymentHash, 'settled');
      const left = async () => {
        const all = [expired, canceled, paid, unheard].map(({ id }) => tokens().find(id));
        return (await Promise.all(all)).map(each => each?.status);
      };
      await keep({ mintedAt: 2000 + DAY });
      expect(await left()).toEqual(['expired', 'canceled', 'settled', 'open']);
      await keep({ mintedAt: 2001 + DAY });
      expect(await left()).toEqual([undefined, undefined, 'settled', 'open']);
    });

    test('is overdue once its invoice is over, until its node said what became of it', async () => {
      const [late, later] = [await keep({ invoiceExpiresAt: 2001 }), await keep()];
      await keep({ node: 'other' });
      const overdue = async (now: number, limit = 9) => {
        const found = await bench.store.takings.overdue('node', now, limit);
        return found.map(({ id }) => id);
      };
      expect(await overdue(1999)).toEqual([]);
      expect(await overdue(2000)).toEqual([later.id]);
      expect(await overdue(2001)).toEqual([later.id, late.id]);
      expect(await overdue(2001, 1)).toEqual([later.id]);
      await tokens().raise(later.paymentHash, 'expired');
      expect(await overdue(2001)).toEqual([late.id]);
    });

    async function keep(more = {}) {
      const kept = token(more);
      await tokens().keep(kept);
      return kept;
    }
  });
}
