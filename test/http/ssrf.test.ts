import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import { describe, expect, it } from 'vitest';
import { ok } from '../../src/base/index.ts';
import { zoneOf } from '../../src/http/address.ts';
import type { Judge, Resolve } from '../../src/http/index.ts';
import { judgedLookup } from '../../src/http/resolver.ts';
import { get, openBuyer, opened, publicOnly } from './buyer.ts';
import { countConnectAttempts } from './connect-attempts.ts';
import { addressOf, CLOSED_V4, HOSTILE_HOSTS, SPELLINGS } from './hostile-urls.ts';
import { openSeller } from './seller.ts';

const PUBLIC = '93.184.215.14';
const entry = (address: string): LookupAddress => ({ address, family: isIP(address) });
const never: Resolve = () => Promise.reject(new Error('no name is asked for'));

/** Opens exactly one origin, as the operator would. */
const openOnly =
  (origin: string): Judge =>
  url =>
    ok({ privateAddresses: url.origin === origin, plainHttp: true });

describe('hostile hosts', () => {
  it('are more than 300 different URLs, each an address to a URL parser', () => {
    const hrefs = HOSTILE_HOSTS.map(([, host]) => host);
    expect(new Set(hrefs).size).toBe(hrefs.length);
    expect(hrefs.length).toBeGreaterThan(900);
    expect(hrefs.filter(host => isIP(addressOf(host)) === 0)).toEqual([]);
  });

  it('are refused directly, over http and https, without one connection attempt', async () => {
    const canary = await openSeller((_request, response) => response.end());
    const attempts = countConnectAttempts();
    const buyer = openBuyer({}, never);
    const through: string[] = [];
    for (const [what, host] of HOSTILE_HOSTS) {
      for (const scheme of ['http', 'https']) {
        const url = `${scheme}://${host}:${canary.port}/latest/meta-data`;
        const answer = await buyer.exchange(get(url), publicOnly);
        if (answer.ok || answer.code !== 'SSRF_BLOCKED' || answer.reached) through.push(what);
      }
    }
    expect(through).toEqual([]);
    expect(attempts()).toBe(0);
    expect(canary.connections()).toBe(0);
  });

  it('are refused when an opened seller redirects to them, without a further connection', async () => {
    const canary = await openSeller((_request, response) => response.end());
    const seller = await openSeller((request, response) => {
      const to = new URL(request.url ?? '', 'http://seller').searchParams.get('to') ?? '';
      response.writeHead(302, { location: to.replace(/[^\x21-\x7e]+/g, encodeURIComponent) }).end();
    });
    const attempts = countConnectAttempts();
    const buyer = openBuyer({}, never);
    const through: string[] = [];
    for (const [what, host] of HOSTILE_HOSTS) {
      const to = encodeURIComponent(`http://${host}:${canary.port}/`);
      const url = `${seller.origin}/?to=${to}`;
      const answer = await buyer.exchange(get(url), openOnly(seller.origin));
      if (answer.ok || answer.code !== 'SSRF_BLOCKED' || !answer.reached) through.push(what);
    }
    expect(through).toEqual([]);
    expect(seller.connections()).toBeGreaterThan(0);
    expect(attempts()).toBe(seller.connections());
    expect(canary.connections()).toBe(0);
  });

  it('are refused behind a name, alone or among public addresses, without one connection attempt', async () => {
    const canary = await openSeller((_request, response) => response.end());
    const attempts = countConnectAttempts();
    let answers: readonly string[] = [];
    const buyer = openBuyer({}, async () => answers.map(entry));
    const through: string[] = [];
    for (const [what, host] of HOSTILE_HOSTS) {
      const address = addressOf(host);
      for (answers of [[address], [PUBLIC, address], [address, PUBLIC]]) {
        const url = `http://rebinding.example:${canary.port}/`;
        const answer = await buyer.exchange(get(url), publicOnly);
        if (answer.ok || answer.code !== 'SSRF_BLOCKED' || answer.reached) through.push(what);
      }
    }
    expect(through).toEqual([]);
    expect(attempts()).toBe(0);
    expect(canary.connections()).toBe(0);
  });
});

describe('a name that changes its mind', () => {
  const lookUp = (answers: string[][]) => {
    const resolve: Resolve = async () => (answers.shift() ?? []).map(entry);
    const lookup = judgedLookup(resolve, false);
    return () =>
      new Promise((resolved, refused) =>
        lookup('rebinding.example', { all: true }, (error, addresses) =>
          error ? refused(error) : resolved(addresses),
        ),
      );
  };

  it.each(HOSTILE_HOSTS.filter(([what]) => /, (?:dotted|mapped|6to4)$/.test(what)))(
    'is connected to the public address that was judged, never to %s, which it names later',
    async (_what, host) => {
      const answers = [[PUBLIC], [addressOf(host)]];
      const next = lookUp(answers);
      await expect(next()).resolves.toEqual([entry(PUBLIC)]);
      expect(answers).toHaveLength(1);
      await expect(next()).rejects.toMatchObject({ code: 'SSRF_BLOCKED' });
    },
  );

  it('is asked for once per connection', async () => {
    const seller = await openSeller((_request, response) => response.end('sold'));
    let asked = 0;
    const buyer = openBuyer({}, async () => {
      asked += 1;
      return [entry('127.0.0.1')];
    });
    const url = `http://seller.example:${seller.port}/`;
    for (let i = 0; i < 3; i++) expect((await buyer.exchange(get(url), opened)).ok).toBe(true);
    expect(asked).toBe(1);
    expect(seller.connections()).toBe(1);
  });

  it('is refused on the next connection once it names a metadata address, even where private ones are open', async () => {
    const seller = await openSeller((_request, response) => {
      response.writeHead(200, { connection: 'close' }).end('sold');
    });
    const answers = ['127.0.0.1', '169.254.169.254'];
    const buyer = openBuyer({}, async () => [entry(answers.shift() ?? '')]);
    const url = `http://seller.example:${seller.port}/`;
    expect(await buyer.exchange(get(url), opened)).toMatchObject({ ok: true });
    const attempts = countConnectAttempts();
    expect(await buyer.exchange(get(url), opened)).toMatchObject({ code: 'SSRF_BLOCKED' });
    expect(attempts()).toBe(0);
  });
});

describe('what the operator opens', () => {
  it.each(Object.entries(SPELLINGS))('reaches loopback spelled as %s', async (_how, spell) => {
    const seller = await openSeller((_request, response) => response.end('sold'));
    const url = `http://${spell([127, 0, 0, 1])}:${seller.port}/`;
    expect(await openBuyer().exchange(get(url), opened)).toMatchObject({ ok: true });
    expect(seller.connections()).toBe(1);
  });

  it('never includes metadata, link-local, multicast, broadcast or unspecified addresses', async () => {
    const attempts = countConnectAttempts();
    const buyer = openBuyer({}, never);
    for (const host of [
      '169.254.169.254',
      '169.254.0.1',
      '100.100.100.200',
      '168.63.129.16',
      '0.0.0.0',
      '255.255.255.255',
      '224.0.0.1',
      '240.0.0.1',
      '[::]',
      '[fe80::1]',
      '[ff02::1]',
      '[fd00:ec2::254]',
      '[fd20:ce::254]',
      '[64:ff9b::a00:1]',
      '[2002:a00:1::1]',
      '[::10.0.0.1]',
    ]) {
      expect(await buyer.exchange(get(`http://${host}/`), opened), host).toMatchObject({
        code: 'SSRF_BLOCKED',
      });
    }
    expect(attempts()).toBe(0);
  });

  it('closes at once when it is tightened, however warm the connection is', async () => {
    const seller = await openSeller((_request, response) => response.end('sold'));
    const buyer = openBuyer();
    expect(await buyer.exchange(get(seller.origin), opened)).toMatchObject({ ok: true });
    expect(await buyer.exchange(get(seller.origin), publicOnly)).toMatchObject({
      code: 'SSRF_BLOCKED',
      reached: false,
    });
  });

  it('follows the addresses of local names, not the names', async () => {
    const seller = await openSeller((_request, response) => response.end('sold'));
    const local = openBuyer({}, async () => [entry('127.0.0.1')]);
    for (const name of [
      'localhost',
      'localhost.',
      'shop.localhost',
      'nas.local',
      'a.internal',
      'nas',
    ]) {
      const url = `http://${name}:${seller.port}/`;
      expect(await local.exchange(get(url), publicOnly), name).toMatchObject({
        code: 'SSRF_BLOCKED',
      });
      expect(await local.exchange(get(url), opened), name).toMatchObject({ ok: true });
    }
  });
});

describe('the zone of an address', () => {
  it.each([
    '1.1.1.1',
    '8.8.8.8',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.167.255.255',
    '192.169.0.0',
    '223.255.255.255',
    '2606:4700::1111',
    '2a00:1450::1',
    '::ffff:8.8.8.8',
    '64:ff9b::8.8.8.8',
  ])('of %s is public', address => expect(zoneOf(address)).toBe('public'));

  it.each([
    '10.0.0.1',
    '127.0.0.1',
    '100.64.0.1',
    '172.16.0.1',
    '192.168.1.1',
    '::1',
    'fd12::1',
    '::ffff:10.0.0.1',
  ])('of %s is private', address => expect(zoneOf(address)).toBe('private'));

  it.each([
    '',
    'localhost',
    '127.1',
    '1.2.3',
    '1.2.3.4.5',
    '::1%eth0 ',
    'fe80::1%eth0',
    '1.1.1.1/8',
  ])('of %j, which is no address that a resolver should give, is not public', address =>
    expect(zoneOf(address)).not.toBe('public'),
  );

  it('of a metadata address is closed with a scope too', () => {
    expect(zoneOf('fd00:ec2::254%eth0')).toBe('closed');
  });

  it('is never public for a closed IPv4 address', () => {
    expect(CLOSED_V4.filter(address => zoneOf(address) === 'public')).toEqual([]);
  });
});
