import { describe, expect, test } from 'vitest';
import { SECOND } from '../../../src/base/index.ts';
import type { Bench } from './bench.ts';

/** What stops all spending. */
export function killSwitchContract(bench: Bench): void {
  describe('the kill switch', () => {
    const { books } = bench;

    test('is off in a new record', async () => {
      expect(await bench.ports.killSwitch.read()).toBeUndefined();
      expect((await books()).paused).toBe(false);
    });

    test('stops every owner, also through other connections, until it is released', async () => {
      const other = await bench.place.open(bench.clock);
      expect(await bench.ports.killSwitch.pause('enough')).toBe(true);
      expect(await other.killSwitch.read()).toEqual({ at: bench.now, reason: 'enough' });
      for (const owner of ['alice', 'bob']) expect((await books({ owner })).paused).toBe(true);
      expect(await other.killSwitch.resume()).toBe(true);
      expect(await bench.ports.killSwitch.read()).toBeUndefined();
      expect((await books()).paused).toBe(false);
      await other.close();
    });

    test('keeps the time and the reason of the first who pulled it', async () => {
      const at = bench.now;
      await bench.ports.killSwitch.pause();
      bench.now += SECOND;
      expect(await bench.ports.killSwitch.pause('me too')).toBe(false);
      expect(await bench.ports.killSwitch.read()).toEqual({ at, reason: undefined });
    });

    test('says when there was nothing to release', async () => {
      expect(await bench.ports.killSwitch.resume()).toBe(false);
    });

    test('wakes whoever waits for news', async () => {
      const waiting = bench.ports.news.after(bench.ports.news.mark(), 20 * SECOND);
      await bench.ports.killSwitch.pause();
      await waiting;
    });
  });
}
