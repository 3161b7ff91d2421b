import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseCredential } from '../../src/l402/index.ts';
import { ROUTE_METHODS } from '../../src/paywall/route.ts';
import { type Counter, openCounter } from './counter.ts';
import { type Claim, forgeriesOf, SPELLINGS, textOf } from './forgeries.ts';

let counter: Counter;
let genuine: Claim;
let other: Claim;
let paywallId: string;

beforeAll(async () => {
  counter = await openCounter();
  // So that it is the credential that is judged, not the flood.
  counter.settings = {
    seller: { mint: { perClient: 10_000, perMinute: 1_000_000, open: 100_000 } },
  };
  const policy = { fixedAmountMsats: 10_000, usesPerToken: null };
  const route = { hostPattern: 'api.example', upstream: 'api' };
  const routes = ['/v1/**', '/v2/**'].map(pathPattern => ({ ...route, pathPattern }));
  paywallId = (await counter.open({ policy, routes })).id;
  const read = async (target: string) => {
    const bought = parseCredential({ authorization: [await counter.buy({ target })] });
    if (!bought.ok) throw new Error(bought.detail);
    return bought.value;
  };
  genuine = await read('/v1/reports');
  other = await read('/v2/other');
});
afterAll(() => counter.close());

/** Everything that a credential opens. */
async function openedBy(
  credential: Claim,
  methods: readonly string[] = ROUTE_METHODS,
): Promise<readonly string[]> {
  const authorization = [textOf(credential)];
  const opened: string[] = [];
  for (const target of SPELLINGS) {
    for (const method of methods) {
      const { kind } = await counter.ask({ target, method }, { authorization });
      if (kind === 'admitted') opened.push(`${method} ${target}`);
    }
  }
  return opened;
}

describe('500 forged or escalated tokens, in 20 spellings, by 7 methods', () => {
  test('open nothing', async () => {
    const forged = forgeriesOf({ genuine, other, paywallId });
    expect(forged.length).toBeGreaterThanOrEqual(500);
    const admitted: string[] = [];
    for (const each of forged) admitted.push(...(await openedBy(each)));
    expect(admitted).toEqual([]);
  }, 120_000);

  test('and the genuine one opens what it was bought for, in its two spellings', async () => {
    const opened = await openedBy(genuine, ['GET']);
    expect(opened).toEqual(['GET /v1/reports', 'GET /v1/%72eports']);
  });
});
