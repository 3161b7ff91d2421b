import { expect } from 'vitest';
import { parseCredential } from '../../../src/l402/index.ts';
import { ROUTE_METHODS } from '../../../src/paywall/index.ts';
import { LOCAL_OWNER } from '../../../src/server/owner.ts';
import { type Claim, forgeriesOf, SPELLINGS, textOf } from '../forgeries.ts';
import { type Client, crowd, openClient, openStall, type Stall } from './stall.ts';
import { openUpstream, valuesOf } from './wire.ts';

/** Every way to ask: each spelling by each method. */
const WAYS = SPELLINGS.flatMap(target => ROUTE_METHODS.map(method => ({ target, method })));

/**
 * Has a crowd on open connections try every forgery in so many of the 140 ways each, the next one in the next ways,
 * at a gateway in a process of its own; fails unless all are refused, and nothing reaches the upstream.
 */
export async function tryForgeries(program: string, ways: number): Promise<void> {
  const upstream = await openUpstream();
  const stall = await openStall({ upstream: upstream.origin, program, uses: null });
  const { url } = await stall.start();
  const client = openClient(url, 16);
  const genuine = await boughtAt(stall, client, '/v1/reports');
  const other = await boughtAt(stall, client, '/v2/other');
  const forged = forgeriesOf({ genuine, other, paywallId: await paywallOf(stall) }).map(textOf);
  expect(forged.length).toBeGreaterThanOrEqual(500);
  expect(WAYS).toHaveLength(140);

  const statuses = new Map<number, number>();
  await crowd(16, forged.length * ways, async n => {
    const authorization = forged[Math.floor(n / ways)] ?? '';
    const { status } = await client.send({ ...WAYS[n % WAYS.length], headers: { authorization } });
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  });
  expect([...statuses.keys()].filter(status => ![400, 401, 402, 404].includes(status))).toEqual([]);
  expect(upstream.seen).toEqual([]);

  // The same gateway opens for what was paid for, in its two spellings and no other.
  const headers = { authorization: textOf(genuine) };
  for (const target of SPELLINGS) await client.send({ target, headers });
  expect(upstream.seen.map(({ target }) => target)).toEqual(['/v1/reports', '/v1/reports']);
}

async function paywallOf({ record }: Stall): Promise<string> {
  const [paywall] = (await record.paywalls.registry.view()).paywalls;
  expect(paywall?.owner).toBe(LOCAL_OWNER);
  return paywall?.id ?? '';
}

async function boughtAt(stall: Stall, client: Client, target: string): Promise<Claim> {
  const { lines } = await client.send({ target });
  const authorization = [await stall.pay(valuesOf(lines, 'www-authenticate'))];
  const bought = parseCredential({ authorization });
  if (!bought.ok) throw new Error(bought.detail);
  return bought.value;
}
