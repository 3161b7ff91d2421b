import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { MINUTE, msat, SECOND, sats } from '../../src/base/index.ts';
import { type Market, visitMarket } from './market.ts';
import { FREE_HAND } from './parts.ts';
import type { Answering, Lies, Seller } from './seller.ts';

// Every seller here meets a buyer whose rules would pay it without a question, and gets nothing.

/** How a seller lies to whoever has not paid. */
type Lie = (seller: Seller, market: Market) => Answering;

const lying =
  (lies: (seller: Seller, market: Market) => Promise<Partial<Lies>>): Lie =>
  (seller, market) =>
  async (_request, response) =>
    seller.charge(response, await lies(seller, market));
const header =
  (lines: (seller: Seller) => Promise<string | string[]>): Lie =>
  seller =>
  async (_request, response) =>
    response.writeHead(402, { 'www-authenticate': await lines(seller) }).end();
/** Its payer may choose what to pay. */
const AMOUNTLESS = { issuer: 'shop', description: 'a thing', ttlMs: 10 * MINUTE };
const token = () => randomBytes(40).toString('base64');
const challenge = async (seller: Seller, text?: string) =>
  `L402 macaroon="${token()}", invoice="${text ?? (await seller.invoice()).text}"`;
const cut = (text: string) => text.slice(0, -8);

const failed = (code: string) => ({ status: 'failed', code, money: 'not_moved' });
const blocked = (code: string) => ({ status: 'blocked', code, money: 'not_moved' });

describe('a seller that', () => {
  const rows: readonly [string, Lie, object][] = [
    [
      'names no amount',
      lying(async (_seller, { sandbox }) => ({ invoice: await sandbox.issue(AMOUNTLESS) })),
      failed('INVOICE_AMOUNT'),
    ],
    [
      'sends an invoice of the main network',
      lying(async ({ invoice }) => ({ invoice: await invoice({ network: 'bc' }) })),
      failed('INVOICE_INVALID'),
    ],
    [
      'sends an invoice that has expired',
      lying(async ({ invoice }) => ({ invoice: await invoice({ ttlMs: 0 }) })),
      failed('INVOICE_INVALID'),
    ],
    [
      'leaves less than 30 s to pay',
      lying(async ({ invoice }) => ({ invoice: await invoice({ ttlMs: 29 * SECOND }) })),
      failed('INVOICE_INVALID'),
    ],
    [
      'binds its token to another payment',
      lying(async () => ({ hash: randomBytes(32).toString('hex') })),
      failed('INVOICE_INVALID'),
    ],
    [
      'breaks its invoice’s signature',
      lying(async ({ invoice }) => {
        const { text, hash } = await invoice();
        return { invoice: { text: cut(text), hash } };
      }),
      failed('INVOICE_INVALID'),
    ],
    [
      'contradicts its invoice’s amount',
      header(async seller => `${await challenge(seller)}, amount_msats="1"`),
      failed('INVOICE_AMOUNT'),
    ],
    [
      'wants money without a challenge',
      () => (_request, response) => response.writeHead(402).end(),
      failed('ChallengeParseError'),
    ],
    [
      'wants another kind of payment',
      header(async () => 'Basic realm="pay me"'),
      failed('ChallengeParseError'),
    ],
    [
      'sends two challenges that differ',
      header(async seller => [await challenge(seller), await challenge(seller)]),
      failed('ChallengeParseError'),
    ],
    [
      'sends a token that would break out of the header',
      lying(async () => ({ token: 'a\\" , b:c' })),
      failed('ChallengeParseError'),
    ],
    [
      'sends a challenge that is torn off',
      header(async seller => cut(cut(await challenge(seller)))),
      failed('ChallengeParseError'),
    ],
    [
      'sends garbage for an invoice',
      header(async seller => challenge(seller, token())),
      failed('INVOICE_INVALID'),
    ],
    [
      'sends an endless header',
      header(async () => `L402 macaroon="${'A'.repeat(16_000)}", invoice="lnbcrt1"`),
      failed('ChallengeParseError'),
    ],
    [
      'redirects without end',
      () => (_request, response) => response.writeHead(302, { location: '/on' }).end(),
      failed('REDIRECT_BLOCKED'),
    ],
    [
      'redirects to an address that nobody opened',
      () => (_request, response) =>
        response.writeHead(302, { location: 'http://10.0.0.1/latest' }).end(),
      failed('SSRF_BLOCKED'),
    ],
    [
      'announces 3 GB',
      () => (_request, response) => response.writeHead(200, { 'content-length': 3e9 }).write('x'),
      failed('BODY_LIMIT'),
    ],
    [
      'sends a body that does not end',
      () => (_request, response) => {
        const more = () => {
          while (!response.destroyed && response.write(Buffer.alloc(16_384)));
        };
        response.on('drain', more);
        more();
      },
      failed('BODY_LIMIT'),
    ],
    [
      'sends a bomb of compressed zeros',
      () => (_request, response) =>
        response
          .writeHead(200, { 'content-encoding': 'gzip' })
          .end(gzipSync(Buffer.alloc(10_000_000))),
      failed('BODY_LIMIT'),
    ],
    ['never answers', () => () => undefined, failed('HTTP_TIMEOUT')],
    ['breaks off', () => (_request, response) => response.destroy(), failed('L402TransportError')],
    [
      'asks 1 msat more than the cap',
      lying(async ({ invoice }) => ({ invoice: await invoice({ amount: msat(1_000_001) }) })),
      blocked('amount_over_cap'),
    ],
  ];

  test.each(rows)('%s is paid nothing', async (_name, lie, told) => {
    const market = await visitMarket({ settings: FREE_HAND, limits: { totalMs: 500 } });
    const seller = await market.seller();
    seller.unpaid = lie(seller, market);
    const task = await market.buy(`${seller.origin}/a`);
    expect(await market.ended(task)).toMatchObject(told);
    expect(await market.kinds(task)).not.toContain('reserved');
    expect(await market.debits()).toBe(0);
  });

  test('asks the cap itself, to the millisatoshi, is paid', async () => {
    const market = await visitMarket({ settings: FREE_HAND });
    const seller = await market.seller();
    seller.price = sats(1000);
    const task = await market.buy(`${seller.origin}/a`);
    expect(await market.ended(task)).toMatchObject({ status: 'completed', money: 'moved' });
    expect(await market.sandbox.counts()).toMatchObject({ payments: 1, debited: sats(1000) });
  });

  test('sends an opaque token that is no macaroon is paid, and gets it back', async () => {
    const market = await visitMarket({ settings: FREE_HAND });
    const seller = await market.seller();
    seller.unpaid = (request, response) =>
      request.authorization?.startsWith('L402 not-a-macaroon:')
        ? response.end('sold')
        : seller.charge(response, { token: 'not-a-macaroon' });
    const task = await market.buy(`${seller.origin}/a`);
    expect(await market.ended(task)).toMatchObject({ status: 'completed', money: 'moved' });
  });

  test('sends one invoice for two purchases is paid for one', async () => {
    const market = await visitMarket({ settings: FREE_HAND });
    const seller = await market.seller();
    const invoice = await seller.invoice();
    seller.unpaid = (_request, response) => seller.charge(response, { invoice });
    const first = await market.buy(`${seller.origin}/1`);
    expect(await market.ended(first)).toMatchObject({ status: 'completed', money: 'moved' });
    const second = await market.buy(`${seller.origin}/2`);
    expect(await market.ended(second)).toMatchObject(blocked('INVOICE_INVALID'));
    expect(await market.debits()).toBe(1);
  });

  test('sends another one’s invoice is paid nothing for it', async () => {
    const market = await visitMarket({ settings: FREE_HAND });
    const [honest, thief] = [await market.seller(), await market.seller()];
    const invoice = await honest.invoice();
    honest.unpaid = (_request, response) => honest.charge(response, { invoice });
    thief.unpaid = (_request, response) => thief.charge(response, { invoice });
    const stolen = await market.buy(`${thief.origin}/a`);
    await market.ended(stolen);
    const told = await market.ended(await market.buy(`${honest.origin}/a`));
    expect(told).toMatchObject(blocked('INVOICE_INVALID'));
    expect(await market.debits()).toBe(1);
  });

  test('raises its price after the yes is paid the price that was said yes to', async () => {
    const market = await visitMarket();
    const seller = await market.seller();
    const task = await market.buy(`${seller.origin}/a`);
    await market.asked(task);
    seller.price = sats(900);
    await market.say(task, 'once');
    expect(await market.ended(task)).toMatchObject({ status: 'completed', money: 'moved' });
    expect((await market.sandbox.counts()).debited).toBe(sats(100));
  });
});

describe('a seller that was paid and then', () => {
  const owed = { status: 'paid', code: 'delivery_unknown', money: 'moved' };
  const refused = { status: 'failed', code: 'CredentialMissingError', money: 'moved' };
  const bomb: Answering = (_request, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(10_000_000)));

  const rows: readonly [string, (seller: Seller) => Answering, object][] = [
    ['sends a bomb', () => bomb, owed],
    [
      'announces 3 GB',
      () => (_, to) => to.writeHead(200, { 'content-length': 3e9 }).write('x'),
      owed,
    ],
    ['redirects', () => (_, to) => to.writeHead(302, { location: '/elsewhere' }).end(), owed],
    ['fails', () => (_, to) => to.writeHead(500).end(), owed],
    ['wants to be paid again', seller => (_, to) => seller.charge(to), refused],
    ['knows nobody', () => (_, to) => to.writeHead(401).end(), refused],
  ];

  test.each(rows)('%s is paid once, and what was bought stays bought', async (...row) => {
    const [, turn, told] = row;
    const market = await visitMarket({ settings: FREE_HAND });
    const seller = await market.seller();
    const honest = seller.paid;
    seller.paid = turn(seller);
    const task = await market.buy(`${seller.origin}/a`);
    expect(await market.ended(task)).toMatchObject(told);
    seller.paid = honest;
    await market.ended(await market.buy(`${seller.origin}/a`));
    expect(await market.debits()).toBe(1);
  });

  test('is slow is asked again within bounds, and paid once', async () => {
    const market = await visitMarket({ settings: FREE_HAND, limits: { totalMs: 100 } });
    const seller = await market.seller();
    seller.paid = () => undefined;
    const task = await market.buy(`${seller.origin}/a`);
    for (const ms of [250, 500]) {
      await market.clock.asleep(ms);
      market.clock.move(ms);
    }
    expect(await market.ended(task)).toMatchObject(owed);
    expect(seller.requests).toHaveLength(4);
    expect(await market.debits()).toBe(1);
  });
});
