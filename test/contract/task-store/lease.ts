import { describe, expect, test } from 'vitest';
import { DAY, SECOND } from '../../../src/base/index.ts';
import type { Bench } from './bench.ts';

/** Who may talk to the wallet. */
export function leaseContract(bench: Bench): void {
  describe('the lease', () => {
    const { books } = bench;

    test('one holder has it, and not even that holder takes it twice', async () => {
      expect(await bench.ports.lease.holder()).toBeUndefined();
      expect(await bench.ports.lease.take('a')).toBe(1);
      expect(await bench.ports.lease.take('a')).toBeUndefined();
      expect(await bench.ports.lease.take('b')).toBeUndefined();
      expect(await bench.ports.lease.holder()).toEqual({ holder: 'a', fence: 1 });
      expect((await books()).fence).toBe(1);
    });

    test('beats keep it, and without them it can be taken after 10 s', async () => {
      await bench.ports.lease.take('a');
      bench.now += 10 * SECOND;
      expect(await bench.ports.lease.beat(1)).toBe(true);
      bench.now += 10 * SECOND;
      expect(await bench.ports.lease.take('b')).toBeUndefined();
      bench.now += 1;
      expect(await bench.ports.lease.take('b')).toBe(2);
      expect(await bench.ports.lease.beat(1)).toBe(false);
      await bench.ports.lease.release(1);
      expect(await bench.ports.lease.holder()).toEqual({ holder: 'b', fence: 2 });
    });

    test('a release frees it at once, and its number is never given again', async () => {
      await bench.ports.lease.take('a');
      await bench.ports.lease.release(1);
      expect(await bench.ports.lease.beat(1)).toBe(false);
      expect(await bench.ports.lease.take('b')).toBe(2);
    });

    test('a clock that was wrong for a while does not lock the lease for long', async () => {
      bench.now += 400 * DAY;
      await bench.ports.lease.take('a');
      bench.now -= 400 * DAY;
      expect(await bench.ports.lease.take('b')).toBe(2);
    });
  });
}
