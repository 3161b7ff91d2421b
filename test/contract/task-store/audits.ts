import { describe, expect, test } from 'vitest';
import { DAY, HOUR, msat } from '../../../src/base/index.ts';
import type { SentPayment } from '../../../src/task/wallet.ts';
import type { Bench } from './bench.ts';
import { reserved } from './fixture.ts';

/** What is learnt from the wallet. How a record comes to need that is the store's own matter. */
export function auditsContract(bench: Bench): void {
  describe('the audit', () => {
    const { opened, append, books } = bench;
    const sent = (paymentHash: string, cost: number, at = bench.now): SentPayment => ({
      paymentHash,
      cost: msat(cost),
      at,
    });

    test('is not due in a new record', async () => {
      expect(await bench.ports.audits.due()).toBeUndefined();
      expect(await bench.ports.audits.unclaimed()).toEqual([]);
      expect((await books()).unaudited).toBe(false);
    });

    test('counts what no task knows of against everybody, in every window that it falls into', async () => {
      const fence = await bench.ports.lease.take('a');
      const unknown = [
        sent('old', 1000, bench.now - DAY),
        sent('today', 100, bench.now - HOUR),
        sent('now', 10),
      ];
      expect(await bench.ports.audits.conclude(fence!, unknown)).toEqual(unknown);
      expect(await bench.ports.audits.unclaimed()).toEqual(unknown);
      const spend = { hostDay: 110n, hour: 10n, day: 110n, total: 1110n, unclaimed: 110n };
      for (const owner of ['alice', 'bob']) expect((await books({ owner })).spend).toEqual(spend);
    });

    test('counts nothing twice: neither what a task knows of, nor what it was told before', async () => {
      await append(await opened(), reserved(7, { at: bench.now, paymentHash: 'known' }));
      const fence = await bench.ports.lease.take('a');
      const told = [sent('known', 7), sent('unknown', 3)];
      for (let times = 0; times < 2; times += 1) {
        const unknown = await bench.ports.audits.conclude(fence!, told);
        expect(unknown).toEqual([sent('unknown', 3)]);
      }
      expect((await books()).spend).toMatchObject({ day: 10n, total: 10n, unclaimed: 3n });
    });

    test('is concluded by nobody who lost the lease', async () => {
      await bench.ports.lease.take('a');
      await bench.ports.lease.release(1);
      await bench.ports.lease.take('b');
      const late = bench.ports.audits.conclude(1, [sent('late', 5)]);
      await expect(late).rejects.toMatchObject({ code: 'desktop_executor_offline' });
      expect(await bench.ports.audits.unclaimed()).toEqual([]);
    });
  });
}
