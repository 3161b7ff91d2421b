import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HOUR } from '../../src/base/index.ts';
import { addCaveat, mintMacaroon } from '../../src/l402/index.ts';
import { caveatsOf, grantOf, type Terms } from '../../src/paywall/caveats.ts';
import type { Token } from '../../src/paywall/token.ts';
import type { Place, Visitor } from '../../src/paywall/toll.ts';
import { shortcoming } from '../../src/paywall/verify.ts';

const SERVICE = 'pw_1';
const NOW = 1_700_000_000_000;
const digests = ['ab'.repeat(32), 'cd'.repeat(32)];

const terms: Terms = {
  paywallId: SERVICE,
  routeId: 'route_1',
  path: { prefix: '/' },
  method: undefined,
  uses: undefined,
  bodyDigest: undefined,
  clientKeyDigest: undefined,
  expiresAt: NOW + HOUR,
};
const token = (more: Partial<Terms> = {}, added: readonly string[] = []) =>
  added.reduce(
    addCaveat,
    mintMacaroon({
      rootKey: new Uint8Array(32),
      identifier: new Uint8Array(66),
      location: 'lsat',
      caveats: caveatsOf({ ...terms, ...more }),
    }),
  );

/** Caveats that a holder may think of: ours, with few values so that they often matter, and any others. */
const holders = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(
        ...['capabilities', 'path', 'path_prefix', 'method', 'uses', 'valid_until'],
        ...['body_sha256', 'client_key', 'tier', '', 'PATH', 'valid_until '],
      ),
      fc.oneof(
        fc.constantFrom(
          'route_1',
          'route_2',
          'route_1,route_2',
          '/a',
          '/a/b',
          '/',
          'GET',
          'GET,PUT',
        ),
        fc.constantFrom(
          '0',
          '1',
          '5',
          '',
          '-1',
          '1e9',
          '99999999999',
          ...digests,
          `${NOW / 1000 + 60}`,
        ),
        fc.string({ unit: 'binary', maxLength: 8 }),
      ),
    )
    .map(([name, value]) => `${SERVICE}_${name}=${value}`),
  fc.constantFrom(
    'services=pw_1:0',
    'services=pw_2:0,pw_1:0',
    'services=pw_2:0',
    'services=',
    'services=pw_1',
  ),
  fc.constantFrom('preimage=ab', 'pw_2_path=/x', 'method=GET', 'x', '=', ''),
  fc.string({ unit: 'binary', maxLength: 20 }),
);

const requests = fc.record({
  path: fc.constantFrom('/', '/a', '/a/b', '/ab', '/b'),
  method: fc.constantFrom('GET', 'PUT', 'POST'),
  routeId: fc.constantFrom('route_1', 'route_2'),
  paywallId: fc.constantFrom(SERVICE, 'pw_2'),
  now: fc.constantFrom(NOW, NOW + 59_000, NOW + 61_000, NOW + HOUR),
  bodyDigest: fc.constantFrom(undefined, ...digests),
  clientKey: fc.constantFrom(undefined, 'mine', 'other'),
});

/** A request as far as a token can be bound to it. */
interface Asked {
  readonly path: string;
  readonly method: string;
  readonly routeId: string;
  readonly paywallId: string;
  readonly now: number;
  readonly bodyDigest: string | undefined;
  readonly clientKey: string | undefined;
}

/** How many requests of a kind the token opens: none, so many, or any number. */
function opens(macaroon: ReturnType<typeof token>, asked: Asked): number {
  const grant = grantOf(macaroon, SERVICE);
  if (grant === undefined) return 0;
  const { path, method, routeId, paywallId, now, bodyDigest, clientKey } = asked;
  const place = { paywall: { id: paywallId }, route: { id: routeId }, path, method };
  const minted = { paywallId: SERVICE, routeId: 'route_1', expiresAt: NOW + HOUR };
  const visitor = { bodyDigest, clientKey } as Visitor;
  const lacking = shortcoming(
    { token: minted as unknown as Token, grant },
    place as unknown as Place,
    visitor,
    now,
  );
  return lacking === undefined ? (grant.uses ?? Number.POSITIVE_INFINITY) : 0;
}

describe('attenuation', () => {
  test('never widens: what a holder adds opens no request that was closed, and none more often', () => {
    const mintings = fc.record(
      {
        path: fc.constantFrom<Terms['path']>({ exact: '/a' }, { prefix: '/' }, { prefix: '/a' }),
        method: fc.constantFrom('GET', undefined),
        uses: fc.constantFrom(1, 5, undefined),
        bodyDigest: fc.constantFrom(digests[0], undefined),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        mintings,
        fc.array(holders, { maxLength: 4 }),
        holders,
        requests,
        (minted, before, added, asked) => {
          const wide = opens(token(minted as Partial<Terms>, before), asked);
          const narrow = opens(token(minted as Partial<Terms>, [...before, added]), asked);
          expect(narrow).toBeLessThanOrEqual(wide);
        },
      ),
      { numRuns: 20_000 },
    );
  });

  test('depends on no order of what was added', () => {
    fc.assert(
      fc.property(fc.array(holders, { maxLength: 5 }), requests, (added, asked) => {
        const [one, other] = [token({}, added), token({}, added.toReversed())];
        expect(opens(one, asked)).toBe(opens(other, asked));
      }),
      { numRuns: 3000 },
    );
  });

  test('opens something at all, so that the two tests above can fail', () => {
    const asked = { path: '/a', method: 'GET', routeId: 'route_1', paywallId: SERVICE, now: NOW };
    const of = (...added: string[]) =>
      opens(token({}, added), { ...asked, bodyDigest: undefined, clientKey: undefined });
    expect(of()).toBe(Number.POSITIVE_INFINITY);
    expect(of(`${SERVICE}_uses=5`, `${SERVICE}_uses=9`)).toBe(5);
    expect(of(`${SERVICE}_method=GET,PUT`, `${SERVICE}_path=/a`)).toBe(Number.POSITIVE_INFINITY);
    expect(of(`${SERVICE}_method=GET,PUT`, `${SERVICE}_method=PUT,POST`)).toBe(0);
  });
});

describe('what is minted', () => {
  test('is what is granted', () => {
    const bound = {
      path: { exact: '/a=b,c' },
      method: 'GET',
      uses: 3,
      bodyDigest: digests[0],
      clientKeyDigest: digests[1],
    };
    expect(grantOf(token(bound), SERVICE)).toEqual({
      routeIds: ['route_1'],
      paths: ['/a=b,c'],
      prefixes: [],
      methods: ['GET'],
      uses: 3,
      bodyDigests: [digests[0]],
      clientKeyDigests: [digests[1]],
      expiresAt: NOW + HOUR,
    });
  });

  test.each([
    ['no service', ['pw_1_capabilities=route_1', 'pw_1_valid_until=1']],
    ['another service', ['services=pw_2:0', 'pw_1_valid_until=1']],
    ['no end', ['services=pw_1:0', 'pw_1_capabilities=route_1']],
    ['an end that is no number', ['services=pw_1:0', 'pw_1_valid_until=1e9']],
    ['a number of uses that is none', ['services=pw_1:0', 'pw_1_valid_until=1', 'pw_1_uses=']],
  ])('grants nothing with %s', (_what, caveats) => {
    const identifier = new Uint8Array(66);
    const made = mintMacaroon({ rootKey: identifier, identifier, location: 'lsat', caveats });
    expect(grantOf(made, SERVICE)).toBeUndefined();
  });
});
