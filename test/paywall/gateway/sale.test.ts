import { randomUUID } from 'node:crypto';
import { fetch402 } from '@getalby/lightning-tools/402';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { msat, SECOND } from '../../../src/base/index.ts';
import { decodeInvoice } from '../../../src/l402/index.ts';
import { type Counter, openCounter } from '../counter.ts';
import { openBehind } from './booth.ts';
import { ask, openUpstream, type Upstream } from './wire.ts';

/** The real toll with a sandbox wallet, a gateway before it and an upstream behind, selling /v1/** for 10 sats. */
async function openSale(
  uses = 1,
): Promise<Counter & { url: string; upstream: Upstream; fails: { now: boolean } }> {
  const counter = await openCounter();
  onTestFinished(() => counter.close());
  const fails = { now: false };
  const upstream = await openUpstream((request, response) => {
    if (fails.now) request.socket.destroy();
    else response.end(`bought with ${request.headers['x-key']}`);
  });
  await counter.stock(upstream.origin);
  const route = { hostPattern: '127.0.0.1', pathPattern: '/v1/**', upstream: 'api' };
  await counter.open({
    policy: { fixedAmountMsats: 10_000, usesPerToken: uses },
    routes: [route],
  });
  const { url } = await openBehind(counter.toll);
  return Object.assign(counter, { url, upstream, fails });
}

/** The sandbox wallet as lightning-tools wants one. */
function walletOf({ wallet }: Counter) {
  return {
    async payInvoice({ invoice }: { invoice: string }) {
      const decoded = decodeInvoice(invoice);
      if (!decoded.ok) throw new Error(decoded.code);
      const { paymentHash, amount = msat(0) } = decoded.value;
      const order = { invoice, paymentHash, amount, feeLimit: msat(0), attemptId: randomUUID() };
      const paid = await wallet.pay({ ...order, waitMs: SECOND });
      if (paid.kind !== 'settled') throw new Error(paid.kind);
      return { preimage: paid.preimage };
    },
  };
}

/** Buys as curl would: asks, pays the invoice, and writes the credential. */
async function boughtAt(sale: Counter, url: string): Promise<string> {
  const { headers } = await ask(url, { headers: { host: '127.0.0.1' } });
  const [, token = '', invoice = ''] =
    /macaroon="([^"]+)", invoice="([^"]+)"/.exec(headers['www-authenticate'] ?? '') ?? [];
  const { preimage } = await walletOf(sale).payInvoice({ invoice });
  return `L402 ${token}:${preimage}`;
}

test('a foreign buyer, fetch402 of lightning-tools, buys through the gateway and pays once', async () => {
  const sale = await openSale();
  const answer = await fetch402(`${sale.url}/v1/reports?q=1`, {}, { wallet: walletOf(sale) });
  expect([answer.status, await answer.text()]).toEqual([200, 'bought with canary']);
  expect(answer.headers.get('l402-use')).toBe('taken');
  expect(answer.headers.get('l402-uses-left')).toBe('0');
  expect(sale.upstream.seen.map(({ target }) => target)).toEqual(['/v1/reports?q=1']);
  expect(sale.node.issued).toBe(1);
});

test('what an upstream failed to deliver is bought by the same token afterwards, once', async () => {
  const sale = await openSale();
  const authorization = await boughtAt(sale, `${sale.url}/v1/reports`);
  const again = () =>
    ask(`${sale.url}/v1/reports`, { headers: { host: '127.0.0.1', authorization } });
  sale.fails.now = true;
  const failed = await again();
  expect([failed.status, failed.headers['l402-use']]).toEqual([502, 'returned']);
  sale.fails.now = false;
  expect((await again()).body).toBe('bought with canary');
  const spent = await again();
  expect(spent.status).toBe(402);
  expect(JSON.parse(spent.body)).toMatchObject({ code: 'token_spent' });
});

test('a price and a pause hold on the next request, also on a connection that is open', async () => {
  const sale = await openSale();
  const url = `${sale.url}/v1/reports`;
  const { Agent } = await import('undici');
  const agent = new Agent({ connections: 1 });
  onTestFinished(() => agent.close());
  const look = async () => {
    const { statusCode, body } = await agent.request({
      origin: sale.url,
      path: '/v1/reports',
      method: 'GET',
    });
    return { statusCode, ...((await body.json()) as { code: string }) };
  };
  expect(await look()).toMatchObject({ statusCode: 402 });
  const authorization = await boughtAt(sale, url);
  const [paywall] = await sale.seller.paywalls('alice');
  await sale.seller.ask('alice', { kind: 'pause', input: { paywallId: paywall!.id } }, 'agent');
  expect(await look()).toMatchObject({ statusCode: 403, code: 'paywall_inactive' });
  const paused = await ask(url, { headers: { host: '127.0.0.1', authorization } });
  expect([paused.status, sale.upstream.seen.length]).toEqual([403, 0]);
});

const SPELLINGS = [
  '/v1/reports',
  '/v1/reports/',
  '/v1/./reports',
  '/v1/../v1/reports',
  '//v1/reports',
  '/v1//reports',
  '/v1%2freports',
  '/v1/%72eports',
  '/%761/reports',
  '/v1/reports%00',
  '/v1/reports%20',
  '/v1/reports;a=b',
  '/v1/reports?x=1',
  '/v1/reports#x',
  '/v1\\reports',
  '/v1/%2e%2e/v1/reports',
  '/v1/%252e/reports',
  '/V1/reports',
  '/v1/reports/%c0%af',
  'http://127.0.0.1/v1/reports',
];
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Before it stands the location, a hint that no macaroon signs: version, tag, length and `lsat`. */
const SIGNED_FROM = 7;

describe('a forged token', () => {
  test('opens nothing, however the path is spelled and whatever the method', async () => {
    const sale = await openSale(1000);
    const good = await boughtAt(sale, `${sale.url}/v1/reports`);
    const [token = '', preimage = ''] = good.slice('L402 '.length).split(':');
    const bytes = Buffer.from(token, 'base64');
    const send = async (forged: Buffer, at: number) => {
      const target = SPELLINGS[at % SPELLINGS.length] ?? '';
      const method = METHODS[at % METHODS.length] ?? '';
      const authorization = `L402 ${forged.toString('base64')}:${preimage}`;
      const { status } = await ask(sale.url, {
        method,
        target,
        headers: { host: '127.0.0.1', authorization },
      });
      return status;
    };
    // 20 and 7 have no common factor, so 140 in a row are every pair of a spelling and a method.
    const statuses = new Set<number>();
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: SIGNED_FROM, max: bytes.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        fc.nat(139),
        async (at, flip, pair) => {
          const forged = Buffer.from(bytes);
          forged[at] = (forged[at] ?? 0) ^ flip;
          statuses.add(await send(forged, pair));
        },
      ),
      { numRuns: 500 },
    );
    const altered = Buffer.from(bytes);
    altered[altered.length - 1] = (altered.at(-1) ?? 0) ^ 1;
    for (let pair = 0; pair < 140; pair += 1) statuses.add(await send(altered, pair));
    expect([...statuses].filter(status => status < 400)).toEqual([]);
    expect(sale.upstream.seen).toEqual([]);
    const { status } = await ask(`${sale.url}/v1/reports`, {
      headers: { host: '127.0.0.1', authorization: good },
    });
    expect([status, sale.upstream.seen.length]).toEqual([200, 1]);
  });
});
