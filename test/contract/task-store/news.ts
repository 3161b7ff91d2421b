import { describe, expect, test } from 'vitest';
import { SECOND, systemClock } from '../../../src/base/index.ts';
import type { Bench } from './bench.ts';
import { reads, reserved } from './fixture.ts';
import { worker } from './worker.ts';

/** How waiters learn of changes. */
export function newsContract(bench: Bench): void {
  describe('news', () => {
    const { opened, append } = bench;

    const LONG = 20 * SECOND;

    test('what was written after the mark wakes at once, also if it came before the waiting', async () => {
      const mark = bench.ports.news.mark();
      const waiting = bench.ports.news.after(mark, LONG);
      const id = await opened();
      await waiting;
      await bench.ports.news.after(mark, LONG);
      const next = bench.ports.news.mark();
      await append(id, reserved(1));
      await bench.ports.news.after(next, LONG);
    });

    test('our own writing is known at once, not at the next look', async () => {
      const delays: number[] = [];
      for (let round = 0; round < 10; round += 1) {
        const waiting = bench.ports.news
          .after(bench.ports.news.mark(), LONG)
          .then(() => performance.now());
        await opened();
        const written = performance.now();
        delays.push((await waiting) - written);
      }
      expect(Math.min(...delays)).toBeLessThan(10);
    });

    test('another connection’s writing wakes too', async () => {
      const other = await bench.place.open(bench.clock);
      const mark = other.news.mark();
      const waiting = other.news.after(mark, LONG);
      await opened();
      await waiting;
      await other.close();
    });

    test('another process’s writing is known within 250 ms', async () => {
      await opened();
      const child = worker<{ at: number }>(bench.place.worker, 'write');
      await child.ready;
      const waiting = bench.ports.news
        .after(bench.ports.news.mark(), LONG)
        .then(() => systemClock.now());
      const { at } = await child.go();
      expect((await waiting) - at).toBeLessThanOrEqual(250);
    });

    test('a refusal is no news', async () => {
      const id = await opened();
      const mark = bench.ports.news.mark();
      await bench.ports.tasks.append(id, reads(), () => ({ reject: 'BUDGET_EXCEEDED' }));
      await append(id);
      expect(bench.ports.news.mark()).toBe(mark);
    });

    test('waiting ends at its deadline and when it is given up', async () => {
      await bench.ports.news.after(bench.ports.news.mark(), 1);
      await bench.ports.news.after(bench.ports.news.mark(), LONG, AbortSignal.abort());
      await bench.ports.news.after(bench.ports.news.mark(), LONG, AbortSignal.timeout(1));
    });
  });
}
