import type { RequestListener } from 'node:http';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import { ok, refuse } from '../../src/base/index.ts';
import { get, openBuyer, opened } from './buyer.ts';
import { certificate, openSeller, openTlsSeller } from './seller.ts';

const redirect =
  (status: number, location: string | string[]): RequestListener =>
  (_request, response) => {
    response.statusCode = status;
    response.appendHeader('location', location).end('moved');
  };
const sold: RequestListener = (request, response) => response.end(`sold by ${request.method}`);

/** Answers /0 with a redirect to /1 and so on, until `/end`. */
const chain =
  (end: number): RequestListener =>
  (request, response) => {
    const at = Number(request.url?.slice(1));
    if (at === end) response.end('sold');
    else response.writeHead(302, { location: `/${at + 1}` }).end();
  };

beforeAll(() => setDefaultCACertificates([...getCACertificates('default'), certificate]));

describe('a redirect', () => {
  it.each([
    ...[301, 302, 303, 307, 308].flatMap(status => [
      [status, 'GET'] as const,
      [status, 'HEAD'] as const,
    ]),
  ])(
    'of status %i is followed with %s, and the answer names who gave it',
    async (status, method) => {
      const shop = await openSeller(sold);
      const door = await openSeller(redirect(status, `${shop.origin}/goods?a=b#c`));
      const answer = await openBuyer().exchange(get(door.origin, { method }), opened);
      expect(answer).toMatchObject({
        ok: true,
        value: { status: 200, url: `${shop.origin}/goods?a=b`, origin: shop.origin },
      });
      const text = answer.ok ? Buffer.from(answer.value.bytes).toString() : '';
      expect(text).toBe(method === 'GET' ? 'sold by GET' : '');
    },
  );

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('is never followed with %s', async method => {
    for (const status of [301, 302, 303, 307, 308]) {
      const shop = await openSeller(sold);
      const door = await openSeller(redirect(status, shop.origin));
      const answer = await openBuyer().exchange(get(door.origin, { method, body: 'a' }), opened);
      expect(answer).toMatchObject({ ok: false, code: 'REDIRECT_BLOCKED', reached: true });
      expect(shop.connections()).toBe(0);
    }
  });

  it('is not followed when redirects are refused', async () => {
    const shop = await openSeller(sold);
    const door = await openSeller(redirect(302, shop.origin));
    const answer = await openBuyer().exchange(get(door.origin, { redirects: 'refuse' }), opened);
    expect(answer).toMatchObject({ ok: false, code: 'REDIRECT_BLOCKED', reached: true });
    expect(shop.connections()).toBe(0);
  });

  it.each(['other origin', 'same origin'])(
    'to the %s is never followed with a credential, which goes nowhere else',
    async where => {
      const shop = await openSeller(sold);
      const credentials: (string | undefined)[] = [];
      const door = await openSeller((request, response) => {
        credentials.push(request.headers.authorization);
        const location = where === 'other origin' ? shop.origin : '/elsewhere';
        response.writeHead(307, { location }).end();
      });
      const answer = await openBuyer().exchange(
        get(door.origin, { authorization: 'L402 token:preimage' }),
        opened,
      );
      expect(answer).toMatchObject({ ok: false, code: 'REDIRECT_BLOCKED', reached: true });
      expect(credentials).toEqual(['L402 token:preimage']);
      expect(shop.connections()).toBe(0);
    },
  );

  it.each([
    [3, 3, true],
    [4, 3, false],
    [4, 9, false],
    [1, 1, true],
    [2, 1, false],
    [0, 0, true],
    [1, 0, false],
  ])(
    'chain of %i, with %i allowed, is followed to its end: %s',
    async (length, maxRedirects, followed) => {
      const seller = await openSeller(chain(length));
      const buyer = openBuyer({ maxRedirects });
      const answer = await buyer.exchange(get(`${seller.origin}/0`), opened);
      expect(answer).toMatchObject(
        followed ? { ok: true } : { code: 'REDIRECT_BLOCKED', reached: true },
      );
    },
  );

  it('that leads round in a circle ends', async () => {
    const seller = await openSeller(redirect(302, '/'));
    const answer = await openBuyer().exchange(get(seller.origin), opened);
    expect(answer).toMatchObject({ ok: false, code: 'REDIRECT_BLOCKED' });
  });

  it('from https to http is not followed, even where plain http is opened', async () => {
    const shop = await openSeller(sold);
    const door = await openTlsSeller(redirect(302, shop.origin));
    const answer = await openBuyer().exchange(get(door.origin), opened);
    expect(answer).toMatchObject({ ok: false, code: 'REDIRECT_BLOCKED', reached: true });
    expect(shop.connections()).toBe(0);
  });

  it('from http to https is followed', async () => {
    const shop = await openTlsSeller(sold);
    const door = await openSeller(redirect(302, shop.origin));
    const answer = await openBuyer().exchange(get(door.origin), opened);
    expect(answer).toMatchObject({ ok: true, value: { origin: shop.origin } });
  });

  it('from https to https is followed', async () => {
    const door = await openTlsSeller(chain(2));
    const answer = await openBuyer().exchange(get(`${door.origin}/0`), opened);
    expect(answer).toMatchObject({ ok: true, value: { url: `${door.origin}/2` } });
  });

  it.each([
    ['a script', 'javascript:alert(1)'],
    ['a file', 'file:///etc/passwd'],
    ['data', 'data:text/plain,a'],
    ['credentials', 'http://user:secret@127.0.0.1/'],
    ['the port of another protocol', 'http://127.0.0.1:22/'],
    ['nothing', ''],
    ['a host that cannot be', 'http://[::1'],
    ['a backslash', '/\\127.0.0.1/'],
    ['a blank', '/a b'],
    ['raw Latin-1', '/\u00fc'],
    ['an endless path', `/${'a'.repeat(5000)}`],
    ['two places', ['/a', '/b']],
  ])('to %s is not followed', async (_what, location) => {
    const seller = await openSeller(redirect(302, location));
    const answer = await openBuyer().exchange(get(seller.origin), opened);
    expect(answer).toMatchObject({ ok: false, code: 'REDIRECT_BLOCKED', reached: true });
    expect(JSON.stringify(answer)).not.toContain('secret');
  });

  it.each([300, 304, 305, 306])('is not what a %i with a Location is', async status => {
    const seller = await openSeller(redirect(status, '/a'));
    const answer = await openBuyer().exchange(get(seller.origin), opened);
    expect(answer).toMatchObject({ ok: true, value: { status } });
  });

  it('is not what a 302 without a Location is', async () => {
    const seller = await openSeller((_request, response) => response.writeHead(302).end());
    const answer = await openBuyer().exchange(get(seller.origin), opened);
    expect(answer).toMatchObject({ ok: true, value: { status: 302 } });
  });

  it('has each of its places judged, and the refusal of one is passed on', async () => {
    const shop = await openSeller(sold);
    const door = await openSeller(redirect(302, `${shop.origin}/goods`));
    const judged: string[] = [];
    const answer = await openBuyer().exchange(get(door.origin), url => {
      judged.push(url.href);
      return url.origin === door.origin
        ? ok({ privateAddresses: true, plainHttp: true })
        : refuse('host_blocked', 'So it is.');
    });
    expect(answer).toEqual({ ok: false, code: 'host_blocked', detail: 'So it is.', reached: true });
    expect(judged).toEqual([`${door.origin}/`, `${shop.origin}/goods`]);
    expect(shop.connections()).toBe(0);
  });

  it('to plain http is refused where that is not opened for its host', async () => {
    const shop = await openSeller(sold);
    const door = await openSeller(redirect(302, shop.origin));
    const answer = await openBuyer().exchange(get(door.origin), url =>
      ok({ privateAddresses: true, plainHttp: url.origin === door.origin }),
    );
    expect(answer).toMatchObject({ ok: false, code: 'url_invalid', reached: true });
    expect(shop.connections()).toBe(0);
  });
});
