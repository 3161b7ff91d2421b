import ipaddr from 'ipaddr.js';

/** Who asks, as far as an address tells. */
export interface Client {
  /** One machine: an IPv4 address, or the /64 that one IPv6 host may take any address of. */
  readonly host: string;
  /** One customer's network, by which is limited what costs us something: /24, or /48. */
  readonly network: string;
}

/** The client of an IP address in text; all that are no address are one client. */
export function clientOf(address: string): Client {
  if (!ipaddr.isValid(address)) return { host: '?', network: '?' };
  // An IPv4 address in IPv6's clothes is the same client.
  const parsed = ipaddr.process(address);
  const bytes = parsed.toByteArray();
  const first = (count: number): string => Buffer.from(bytes.slice(0, count)).toString('hex');
  const isIpv4 = parsed.kind() === 'ipv4';
  return { host: first(isIpv4 ? 4 : 8), network: first(isIpv4 ? 3 : 6) };
}
