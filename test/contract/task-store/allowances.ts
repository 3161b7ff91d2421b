import { beforeEach, describe, expect, test } from 'vitest';
import { type AllowanceId, DAY, msat } from '../../../src/base/index.ts';
import type { Bench } from './bench.ts';
import { approved, HOST, OWNER, reserved } from './fixture.ts';

/** What humans allowed for a while. */
export function allowancesContract(bench: Bench): void {
  describe('allowances', () => {
    const { opened, append, books } = bench;

    const id: AllowanceId = 'allow_1';
    beforeEach(async () => {
      const limit = msat(500);
      const given = approved('ask_1', bench.now, {
        id,
        host: HOST,
        limit,
        expiresAt: bench.now + DAY,
      });
      await append(await opened(), given, reserved(40, { at: bench.now, grant: id }));
    });

    test('an allowance is in the books of its host and in its owner’s list, with what it cost', async () => {
      const one = { id, host: HOST, limit: 500n, expiresAt: bench.now + DAY };
      expect((await books()).allowances).toEqual([one]);
      expect((await books({ host: 'other.example' })).allowances).toEqual([]);
      expect(await bench.ports.allowances.list(OWNER, bench.now)).toEqual([{ ...one, spent: 40n }]);
      expect(await bench.ports.allowances.list('bob', bench.now)).toEqual([]);
    });

    test('it ends when it expires', async () => {
      bench.now += DAY;
      expect((await books()).allowances).toEqual([]);
      expect(await bench.ports.allowances.revoke(OWNER, id)).toBe(false);
    });

    test('its owner, and nobody else, takes it back at once', async () => {
      expect(await bench.ports.allowances.revoke('bob', id)).toBe(false);
      expect(await bench.ports.allowances.revoke(OWNER, id)).toBe(true);
      expect((await books()).allowances).toEqual([]);
      expect(await bench.ports.allowances.list(OWNER, bench.now)).toEqual([]);
      expect(await bench.ports.allowances.revoke(OWNER, id)).toBe(false);
    });
  });
}
