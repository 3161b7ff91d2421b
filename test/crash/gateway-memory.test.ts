import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { MINUTE, SECOND } from '../../src/base/index.ts';
import { type Client, openClient, openStall } from '../paywall/gateway/stall.ts';
import { openUpstream, valuesOf } from '../paywall/gateway/wire.ts';
import { scaled } from './scale.ts';

const CONNECTIONS = 16;
/** How long requests come before the memory is looked at for the first time, and from then on, ms. */
const [WARMING, RUNNING] = [scaled(10 * SECOND, 20 * SECOND), scaled(20 * SECOND, 60 * SECOND)];
const MIB = 1024 * 1024;
/** How much may be kept of each request, bytes, beside what the answers of a moment need. */
const MOST_KEPT = 32;
const MOMENT = { heap: 2 * MIB, rss: 32 * MIB };

test('a gateway that serves, charges and refuses for a minute needs no more memory than before', {
  timeout: 10 * MINUTE,
}, async () => {
  const upstream = await openUpstream((_request, response) => {
    upstream.seen.length = 0;
    response.end('bought');
  });
  const program = join(inject('programs'), 'gateway.mjs');
  const settings = { trustedProxies: ['127.0.0.1'], mint: { perClient: 10, perMinute: 60 } };
  const stall = await openStall({ upstream: upstream.origin, program, settings, uses: null });
  const gateway = await stall.start();
  const client = openClient(gateway.url, CONNECTIONS);
  const { lines } = await client.send();
  const work = mixed(client, await stall.pay(valuesOf(lines, 'www-authenticate')));

  const warmed = await during(WARMING, work);
  const before = await gateway.memory();
  const count = await during(RUNNING, work);
  const after = await gateway.memory();
  const grown = { heap: after.heap - before.heap, rss: after.rss - before.rss };
  const show = (bytes: number) => `${(bytes / MIB).toFixed(1)} MiB`;
  process.stderr.write(
    `${warmed} requests, then ${count}: heap ${show(before.heap)} + ${show(grown.heap)}, rss ${show(before.rss)} + ${show(grown.rss)}\n`,
  );
  expect(count).toBeGreaterThan(1000);
  expect(grown.heap).toBeLessThan(MOMENT.heap + count * MOST_KEPT);
  expect(grown.rss).toBeLessThan(MOMENT.rss + count * MOST_KEPT);
});

/** One request of each kind: paid, charged or limited for ever new clients, forged each time anew, and for nothing that is sold. */
function mixed(client: Client, authorization: string): (n: number) => Promise<unknown> {
  return async n => {
    const address = `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`;
    const forged = authorization.slice(0, -8) + n.toString(16).padStart(8, '0');
    const asked = [
      { target: `/v1/reports?${n}`, headers: { authorization } },
      { headers: { 'x-forwarded-for': address } },
      { headers: { authorization: forged } },
      { target: `/nowhere/${n}` },
    ][n % 4];
    const { status } = await client.send(asked);
    expect(status).toBeOneOf([[200], [402, 429], [401], [404]][n % 4] ?? []);
  };
}

/** Does it over and over for some ms; how often. */
async function during(ms: number, work: (n: number) => Promise<unknown>): Promise<number> {
  const until = performance.now() + ms;
  let next = 0;
  const one = async (): Promise<void> => {
    while (performance.now() < until) {
      next += 1;
      await work(next - 1);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, one));
  return next;
}
