import { describe, expect, test } from 'vitest';
import { clientAddressBehind } from '../../../src/paywall/gateway/client-address.ts';

describe('the client behind trusted proxies', () => {
  const addressOf = clientAddressBehind(['10.0.0.0/8', '2001:db8::/32', '192.0.2.1']);

  test.each([
    ['is the socket’s where that is no proxy', '198.51.100.1', '1.2.3.4', '198.51.100.1'],
    ['is the last that a proxy saw', '10.0.0.1', '6.6.6.6, 1.2.3.4', '1.2.3.4'],
    ['is found through several proxies', '10.0.0.1', '1.2.3.4, 192.0.2.1, 10.9.9.9', '1.2.3.4'],
    ['is the last proxy where all are', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['is found over IPv6', '2001:db8::1', '2001:4860:0::8888', '2001:4860::8888'],
    ['is IPv4 though it came over IPv6', '::ffff:10.0.0.1', '::ffff:1.2.3.4', '1.2.3.4'],
    ['is the proxy where its word is no address', '10.0.0.1', '1.2.3.4, unknown', '10.0.0.1'],
    ['is the proxy where its word has a port', '10.0.0.1', '1.2.3.4:80', '10.0.0.1'],
    ['is the proxy where it says nothing', '10.0.0.1', '', '10.0.0.1'],
  ])('%s', (_what, socket, lines, client) => {
    expect(addressOf(socket, lines)).toBe(client);
  });

  test('is not looked for beyond twenty proxies', () => {
    const chain = ['1.2.3.4', ...Array.from({ length: 20 }, () => '10.0.0.2')].join(',');
    expect(addressOf('10.0.0.1', chain)).toBe('10.0.0.2');
  });
});
