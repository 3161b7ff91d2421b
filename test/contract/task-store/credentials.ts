import { describe, expect, test } from 'vitest';
import { DAY, HOUR } from '../../../src/base/index.ts';
import type { NewFact } from '../../../src/task/fact.ts';
import type { Bench } from './bench.ts';
import { bought, cached, HOST, OWNER, reserved, settled } from './fixture.ts';

/** What was bought and may be used again. */
export function credentialsContract(bench: Bench): void {
  describe('credentials', () => {
    const { opened, append } = bench;

    const query = { owner: OWNER, key: 'mine', origin: `https://${HOST}`, scope: 'default' };
    const find = async (more: Partial<typeof query> = {}) =>
      bench.ports.credentials.find({ ...query, now: bench.now, ...more });
    const buy = async (key: string, ...after: NewFact[]) => {
      const id = await opened();
      const cachedUntil = bench.now + HOUR;
      const credential = { key, cachedUntil, wide: true, endsAt: bench.now + DAY };
      await append(id, reserved(1), settled(1, { credential }), ...after);
      return id;
    };

    test('what was bought is found by owner, origin and scope until the cache lets go', async () => {
      const [older, newer] = [await buy('a'), await buy('b')];
      const cachedUntil = bench.now + HOUR;
      const both = bought({ wide: true, cachedUntil, endsAt: bench.now + DAY });
      expect(await find()).toEqual([
        { ...both, key: 'b', taskId: newer, end: undefined },
        { ...both, key: 'a', taskId: older, end: undefined },
      ]);
      expect(await find({ owner: 'bob' })).toEqual([]);
      expect(await find({ origin: 'https://other.example' })).toEqual([]);
      expect(await find({ scope: 'other' })).toEqual([]);
      bench.now += HOUR;
      expect(await find({ key: 'a' })).toEqual([]);
    });

    test('a dropped one is gone, a narrowed one is good for its own URL only', async () => {
      const [one, two] = [await buy('a'), await buy('b')];
      await bench.ports.credentials.drop(one);
      await bench.ports.credentials.narrow(two);
      expect(await find()).toMatchObject([{ taskId: two, wide: false }]);
    });

    test('what was paid for and lost is found by its key for ever', async () => {
      const lost = await buy('mine', { kind: 'lost', at: bench.now, code: 'HTTP_TIMEOUT' });
      bench.now += 400 * DAY;
      expect(await find()).toMatchObject([{ taskId: lost, end: 'lost' }]);
      expect(await find({ key: 'other' })).toEqual([]);
    });

    test('once its answer has come after all, it is a credential like any other', async () => {
      const lost = await buy('mine', { kind: 'lost', at: bench.now, code: 'HTTP_TIMEOUT' });
      await append(await opened(), cached(lost, 503));
      expect(await find()).toMatchObject([{ end: 'lost' }]);
      await append(await opened(), cached(lost, 200));
      expect(await find()).toMatchObject([{ end: undefined }]);
      bench.now += HOUR;
      expect(await find()).toEqual([]);
    });

    test.for(['by its own task', 'by another'])(
      'one that was refused %s is found by its own key only',
      async how => {
        const own = how === 'by its own task';
        const end = own
          ? ({ kind: 'refused', at: bench.now, status: 402 } as const)
          : ({ kind: 'lost', at: bench.now, code: 'HTTP_TIMEOUT' } as const);
        const taskId = await buy('mine', end);
        if (!own) await bench.ports.credentials.refuse(taskId);
        expect(await find({ key: 'other' })).toEqual([]);
        expect(await find()).toMatchObject([{ taskId, end: 'refused' }]);
      },
    );
  });
}
