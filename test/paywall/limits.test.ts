import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DAY, MINUTE, SECOND } from '../../src/base/index.ts';
import { clientOf } from '../../src/paywall/client.ts';
import { openFree } from '../../src/paywall/free.ts';
import { openMintLimits } from '../../src/paywall/mint-limits.ts';
import { Recent } from '../../src/paywall/recent.ts';

const NOW = 1_700_000_000_000;
const LIMITS = { perClient: 10, perMinute: 100, open: 1000 };
const at = (address: string) => clientOf(address);

describe('a client', () => {
  test.each([
    ['203.0.113.7', '203.0.113.200', { host: false, network: true }],
    ['203.0.113.7', '203.0.114.7', { host: false, network: false }],
    ['203.0.113.7', '::ffff:203.0.113.7', { host: true, network: true }],
    ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', { host: true, network: true }],
    ['2001:db8:1:2::1', '2001:db8:1:3::1', { host: false, network: true }],
    ['2001:db8:1:2::1', '2001:db8:2:2::1', { host: false, network: false }],
    ['nonsense', '', { host: true, network: true }],
    ['nonsense', '203.0.113.7', { host: false, network: false }],
  ])('%s and %s are the same host and network: %j', (one, other, same) => {
    const [a, b] = [at(one), at(other)];
    expect({ host: a.host === b.host, network: a.network === b.network }).toEqual(same);
  });
});

describe('the limits of the mint', () => {
  test('hold in every minute, whatever the clock does and however many ask', () => {
    const asks = fc.array(fc.tuple(fc.nat(20), fc.integer({ min: -2000, max: 2000 })), {
      minLength: 400,
      maxLength: 600,
    });
    fc.assert(
      fc.property(asks, story => {
        const limits = openMintLimits();
        const most = { ...LIMITS, perClient: 100 };
        let now = NOW;
        const times: number[] = [];
        let taken = 0;
        for (const [who, ms] of story) {
          now += ms;
          times.push(now);
          if (limits.take(at(`10.0.${who}.1`), most, now).ok) taken += 1;
        }
        // A full bucket, and what has drained since the first asked.
        const passed = Math.max(...times) - times[0]!;
        const bound = LIMITS.perMinute + (passed * LIMITS.perMinute) / MINUTE;
        expect(taken).toBeLessThanOrEqual(Math.ceil(bound));
      }),
      { numRuns: 50, endOnFailure: true },
    );
  });

  test('drain evenly, and say how long to wait', () => {
    const limits = openMintLimits();
    const take = (now: number) => limits.take(at('10.0.0.1'), LIMITS, now);
    for (let n = 0; n < LIMITS.perClient; n += 1) expect(take(NOW).ok).toBe(true);
    expect(take(NOW)).toMatchObject({ ok: false, code: 'rate_limited', retryAfterSeconds: 6 });
    expect(take(NOW + 5 * SECOND)).toMatchObject({ ok: false, retryAfterSeconds: 1 });
    expect(take(NOW + 6 * SECOND).ok).toBe(true);
    expect(take(NOW + 6 * SECOND).ok).toBe(false);
    expect(take(NOW - DAY).ok).toBe(false);
  });

  test('let one network take no more than its share', () => {
    const limits = openMintLimits();
    const take = (address: string) => limits.take(at(address), LIMITS, NOW).ok;
    const mine = Array.from({ length: 250 }, (_, n) => take(`10.0.0.${n}`));
    expect(mine.filter(Boolean)).toHaveLength(LIMITS.perClient);
    expect(take('10.0.1.1')).toBe(true);
  });
});

describe('free requests', () => {
  test('are counted for so many networks, and nobody new gets any beyond that', () => {
    const free = openFree();
    const client = (n: number) => ({ host: `${n}`, network: `${n}` });
    for (let n = 0; n < 50_000; n += 1) expect(free.take('pw_1', client(n), 2, NOW)).toBe(1);
    expect(free.take('pw_1', client(50_000), 2, NOW)).toBeUndefined();
    expect(free.take('pw_1', client(1), 2, NOW)).toBe(0);
    expect(free.take('pw_1', client(50_000), 2, NOW + DAY)).toBe(1);
  });

  test('are none where none are given', () => {
    expect(openFree().take('pw_1', at('10.0.0.1'), 0, NOW)).toBeUndefined();
  });
});

test('what is remembered is bounded, and what was asked for last stays', () => {
  const recent = new Recent<number>(3);
  for (const key of ['a', 'b', 'c']) recent.set(key, 1);
  expect(recent.get('a')).toBe(1);
  recent.set('d', 1);
  expect([recent.get('b'), recent.get('c'), recent.get('a')]).toEqual([undefined, 1, 1]);
  recent.set('d', 2);
  expect(['a', 'c', 'd'].map(key => recent.get(key))).toEqual([1, 1, 2]);
});
