import { createConnection } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { text as readAll } from 'node:stream/consumers';
import { type Fetch402Options, fetch402 } from '@getalby/lightning-tools/402';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HOUR, MINUTE, SECOND, sats } from '../../src/base/index.ts';
import {
  addCaveat,
  type BoughtToken,
  decodeInvoice,
  encodeMacaroon,
  expiryOf,
  formatCredential,
  type Macaroon,
  mintMacaroon,
  permits,
  servicesOf,
} from '../../src/l402/index.ts';
import { openShop, type Shop } from '../../src/wallet/index.ts';
import { ask, bought, challengeOf } from './customer.ts';
import { type Play, paymentOf, play } from './play.ts';

let it: Play;
let shop: Shop;
beforeEach(async () => {
  it = await play();
  shop = await openShop({ ...it, port: 0 });
});
afterEach(async () => {
  await shop.close();
  await it.close();
});

const challenge = async (path: string, method = 'GET') =>
  challengeOf(await ask(shop.url, path, { method }), it.clock.now());
const withToken = (bought: BoughtToken, form?: 'colon' | 'parameters') => ({
  headers: { authorization: formatCredential(bought, form) },
});

describe('The shop', () => {
  test('lists for free what it sells and what it took in', async () => {
    const { status, headers, text } = await ask(shop.url, '/');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/json');
    expect(JSON.parse(text).forSale).toEqual(
      expect.arrayContaining([
        { method: 'GET', path: '/weather', priceSats: 10, about: expect.any(String) },
        { method: 'POST', path: '/translate', priceSats: 25, about: expect.any(String) },
      ]),
    );
    const income = await ask(shop.url, '/payments');
    expect(JSON.parse(income.text)).toEqual({ paymentsMade: 0, receivedMsat: 0 });
  });

  test.each([
    ['GET', '/weather', 10],
    ['GET', '/premium-report', 250],
    ['GET', '/vault', 50_000],
    ['POST', '/translate', 25],
  ])('asks for payment of %s %s with an invoice over %i sats', async (method, path, price) => {
    const answer = await ask(shop.url, path, { method });
    expect(answer.status).toBe(402);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(JSON.parse(answer.text)).toMatchObject({ status: 402 });

    const { invoice, macaroon } = challengeOf(answer);
    expect(invoice.amount).toBe(sats(price));
    expect(invoice.expiresAt - invoice.createdAt).toBe(10 * MINUTE);
    expect(macaroon && servicesOf(macaroon)).toEqual(['sandbox-shop']);
    expect(macaroon && permits(macaroon, { method, path })).toBe(true);
    expect(macaroon && permits(macaroon, { method, path: '/' })).toBe(false);
    const left = (macaroon && expiryOf(macaroon)) ?? 0;
    expect(Math.abs(left - it.clock.now() - HOUR)).toBeLessThan(5 * SECOND);
  });

  test('delivers what was paid for, as often as it is asked, in each form of the credential', async () => {
    const token = await bought(it.wallet, await challenge('/weather'));
    for (const how of [
      withToken(token),
      withToken(token, 'parameters'),
      withToken({ ...token, scheme: 'LSAT' }),
      { headers: { authorization: [formatCredential(token), formatCredential(token)] } },
    ]) {
      const { status, text } = await ask(shop.url, '/weather?units=c', how);
      expect(status).toBe(200);
      expect(JSON.parse(text)).toMatchObject({ sky: 'clear' });
    }
    expect(await shop.payments()).toEqual({ paymentsMade: 1, receivedMsat: 10_000 });
  });

  test('sells an answer to POST, made of the body that comes with the token', async () => {
    const token = await bought(it.wallet, await challenge('/translate', 'POST'));
    const how = { ...withToken(token), method: 'POST', body: 'Grüße, 世界' };
    expect(JSON.parse((await ask(shop.url, '/translate', how)).text).text).toBe('界世 ,eßürG');
    const large = await ask(shop.url, '/translate', { ...how, body: 'x'.repeat(20_000) });
    expect(large.status).toBe(413);
  });

  test('treats HEAD as GET without the body: it costs the same', async () => {
    const unpaid = await ask(shop.url, '/weather', { method: 'HEAD' });
    expect([unpaid.status, unpaid.text]).toEqual([402, '']);
    const token = await bought(it.wallet, challengeOf(unpaid));
    const paid = await ask(shop.url, '/weather', { ...withToken(token), method: 'HEAD' });
    expect([paid.status, paid.text]).toEqual([200, '']);
    expect((await ask(shop.url, '/weather', withToken(token))).status).toBe(200);
  });

  test('counts payments that settled, not invoices or payments under way', async () => {
    const { invoice } = await challenge('/weather');
    expect(await shop.payments()).toMatchObject({ paymentsMade: 0 });
    await it.sandbox.setBehaviour({ kind: 'stuck' });
    const outcome = await it.wallet.pay(
      paymentOf({ text: invoice.text, hash: invoice.paymentHash }, { amount: sats(10) }),
    );
    expect(outcome.kind).toBe('in_flight');
    expect(await shop.payments()).toMatchObject({ paymentsMade: 0 });
    await it.sandbox.resolve(invoice.paymentHash, 'settle');
    expect(await shop.payments()).toEqual({ paymentsMade: 1, receivedMsat: 10_000 });
  });

  test('takes the price of the cheapest thing from its owner', async () => {
    const dear = await openShop({ ...it, port: 0, priceSats: 77 });
    expect(challengeOf(await ask(dear.url, '/weather')).invoice.amount).toBe(sats(77));
    await dear.close();
    await expect(openShop({ ...it, port: 0, priceSats: 0.5 })).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });

  test('says so when its port is taken, and listens on loopback only', async () => {
    const port = Number(new URL(shop.url).port);
    await expect(openShop({ ...it, port })).rejects.toMatchObject({ code: 'invalid_input' });
    await expect(ask(`http://127.0.0.2:${port}`, '/')).rejects.toThrow();
  });
});

describe('The shop does not admit', () => {
  const refused = async (path: string, token: BoughtToken) =>
    expect((await ask(shop.url, path, withToken(token))).status).toBe(402);
  const tokenOf = (macaroon: Macaroon) => Buffer.from(encodeMacaroon(macaroon)).toString('base64');

  async function sold(path = '/weather') {
    const offer = await challenge(path);
    if (!offer.macaroon) throw new Error('no macaroon');
    return { macaroon: offer.macaroon, ...(await bought(it.wallet, offer)) };
  }

  test('a token of another thing', async () => {
    await refused('/premium-report', await sold('/weather'));
  });

  test('a token that nobody paid for', async () => {
    const { token } = await challenge('/weather');
    const { preimage } = await sold();
    await refused('/weather', { token, preimage });
    await refused('/weather', { token, preimage: '00'.repeat(32) });
  });

  test('a token after its hour', async () => {
    const token = await sold();
    it.clock.move(HOUR + SECOND);
    await refused('/weather', token);
  });

  test('a forged token', async () => {
    const { macaroon, preimage } = await sold();
    const { identifier, location, caveats } = macaroon;
    const rootKey = new Uint8Array(32);
    const forged = mintMacaroon({ rootKey, identifier, location, caveats });
    const widened = { ...macaroon, caveats: caveats.slice(0, 1) };
    for (const each of [forged, widened, { ...macaroon, identifier: new Uint8Array(66) }]) {
      await refused('/weather', { token: tokenOf(each), preimage });
    }
  });

  test('a token whose holder narrowed it away from the request, or in words that it does not know', async () => {
    const { macaroon, preimage } = await sold();
    const narrowed = (caveat: string) => ({
      token: tokenOf(addCaveat(macaroon, caveat)),
      preimage,
    });
    const soon = Math.floor((it.clock.now() + MINUTE) / SECOND);
    const harmless = narrowed(`sandbox-shop_valid_until=${soon}`);
    expect((await ask(shop.url, '/weather', withToken(harmless))).status).toBe(200);
    for (const caveat of [
      'sandbox-shop_path=/vault',
      'sandbox-shop_valid_until=1',
      'services=other:0',
      'sandbox-shop_color=blue',
      'only on sundays',
    ]) {
      await refused('/weather', narrowed(caveat));
    }
  });

  test('two credentials that differ', async () => {
    const authorization = [await sold(), await sold()].map(each => formatCredential(each));
    expect((await ask(shop.url, '/weather', { headers: { authorization } })).status).toBe(402);
  });

  test('another spelling of a path, another method, or two hosts', async () => {
    const token = await sold();
    for (const path of ['/weather/', '//weather', '/%77eather', '/weather;x', '/a/../weather']) {
      expect((await ask(shop.url, path, withToken(token))).status, path).toBe(404);
    }
    const posted = await ask(shop.url, '/weather', { ...withToken(token), method: 'POST' });
    expect([posted.status, posted.headers.allow]).toEqual([405, 'GET']);

    const socket = createConnection(Number(new URL(shop.url).port), '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n');
    expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 400 /);
  });
});

test('a thousand unpaid invoices push out older ones, but never a token that was paid for', async () => {
  const token = await bought(it.wallet, await challenge('/weather'));
  const oldest = await challenge('/weather');
  const fresh = await challenge('/weather');
  for (let count = 0; count < 999; count++) await it.issue({ issuer: 'sandbox-shop' });

  await expect(bought(it.wallet, oldest)).rejects.toThrow('failed');
  await bought(it.wallet, fresh);
  expect((await ask(shop.url, '/weather', withToken(token))).status).toBe(200);
});

test('invoices that nobody can use any more leave the ledger, and what was paid stays counted', async () => {
  await bought(it.wallet, await challenge('/weather'));
  for (let count = 0; count < 5; count++) await challenge('/vault');
  it.clock.move(3 * HOUR);
  await challenge('/weather');

  const ledger = new DatabaseSync(join(it.home, 'sandbox.db'), { readOnly: true });
  const rows = ledger.prepare('SELECT count(*) AS count FROM invoice NATURAL JOIN token').get();
  ledger.close();
  expect(rows?.count).toBe(1);
  expect(await shop.payments()).toEqual({ paymentsMade: 1, receivedMsat: 10_000 });
});

test('a foreign buyer, fetch402 of lightning-tools, buys here and pays once', async () => {
  const wallet: Fetch402Options['wallet'] = {
    payInvoice: async ({ invoice }) => {
      const decoded = decodeInvoice(invoice);
      if (!decoded.ok || decoded.value.amount === undefined) throw new Error('a bad invoice');
      const { text, paymentHash: hash, amount } = decoded.value;
      const outcome = await it.wallet.pay(paymentOf({ text, hash }, { amount }));
      if (outcome.kind !== 'settled') throw new Error(outcome.kind);
      return { preimage: outcome.preimage, fees_paid: Number(outcome.fee) };
    },
  };
  const response = await fetch402(`${shop.url}/premium-report`, {}, { wallet });
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ title: 'The state of L402' });
  expect(response.payment).toMatchObject({ paid: true, amountSat: 250 });
  expect(await shop.payments()).toEqual({ paymentsMade: 1, receivedMsat: 250_000 });

  const credentials = response.payment?.credentials;
  if (!credentials) throw new Error('no credentials');
  const again = await fetch402(`${shop.url}/premium-report`, {}, { wallet, credentials });
  expect(again.status).toBe(200);
  expect(await shop.payments()).toMatchObject({ paymentsMade: 1 });
});
