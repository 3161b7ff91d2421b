import { isIP, isIPv4 } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Tells the client's IP address from its socket's and the `X-Forwarded-For` lines that came with it. */
export type ClientAddress = (socketAddress: string, forwardedFor: string) => string;

/** The most proxies that may stand one behind the other. */
const MOST_HOPS = 20;

/**
 * Believes `X-Forwarded-For` as far as trusted proxies wrote it: read from its end, each address is the word of the
 * one after it, and the first that is not a trusted proxy's is the client's. Whatever stands before is a claim.
 */
export function clientAddressBehind(trustedProxies: readonly string[]): ClientAddress {
  const networks = trustedProxies.map(networkOf);
  const isTrusted = (address: string): boolean => {
    const parsed = ipaddr.parse(address);
    return networks.some(([net, bits]) => net.kind() === parsed.kind() && parsed.match(net, bits));
  };
  return (socketAddress, forwardedFor) => {
    let client = plain(socketAddress) ?? socketAddress;
    if (networks.length === 0 || forwardedFor === '') return client;
    const claims = forwardedFor.split(',').slice(-MOST_HOPS);
    while (claims.length > 0 && isIP(client) !== 0 && isTrusted(client)) {
      const claim = plain((claims.pop() ?? '').trim());
      // What is no address tells nothing, so the proxy itself is held to account.
      if (claim === undefined) return client;
      client = claim;
    }
    return client;
  };
}

function networkOf(network: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  if (network.includes('/')) return ipaddr.parseCIDR(network);
  const address = ipaddr.parse(network);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}

/** An address in its one spelling; IPv4 that came over IPv6 is IPv4. */
function plain(text: string): string | undefined {
  if (isIPv4(text)) return text;
  return isIP(text) === 0 ? undefined : ipaddr.process(text).toString();
}
