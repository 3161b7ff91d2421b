import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Who answers at an address: anyone's server, the operator's own network, or nobody that sells. */
export type Zone = 'public' | 'private' | 'closed';

/**
 * Addresses inside otherwise usable ranges where clouds hand a machine its own credentials. They stay closed even
 * where private addresses are opened: nobody sells there, and one answer would be worth more than any purchase.
 * (Azure's wire server, Alibaba's, AWS's over IPv6, Google's over IPv6. 169.254/16 is closed as a whole.)
 */
const METADATA: ReadonlySet<string> = new Set([
  '168.63.129.16',
  '100.100.100.200',
  'fd00:ec2::254',
  'fd20:ce::254',
]);

/** RFC 4291 §2.4 and IANA: the only part of IPv6 that is given out as global unicast. */
const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3') as [ipaddr.IPv6, number];
/** RFC 6052 §2.1: the well-known prefix by which IPv6-only networks reach IPv4. */
const NAT64 = ipaddr.parseCIDR('64:ff9b::/96') as [ipaddr.IPv6, number];

/**
 * The zone of an IP address in text; what is no address is `closed`. Multicast, broadcast, unspecified, link-local,
 * documentation and other special ranges (RFC 6890 and IANA's registries, as ipaddr.js knows them) are `closed`.
 */
export function zoneOf(address: string): Zone {
  // Stricter than ipaddr.js, which also reads 127.1 and 0x7f000001. A scope (%eth0) belongs to link-local ones only.
  if (isIP(address) === 0 || address.includes('%')) return 'closed';
  const parsed = ipaddr.parse(address);
  return parsed.kind() === 'ipv4' ? zoneOf4(parsed as ipaddr.IPv4) : zoneOf6(parsed as ipaddr.IPv6);
}

/** Whether an IP address in text is this machine's own, whichever way it is written (127.0.0.0/8, ::1, ::ffff:127.…). */
export function isLoopback(address: string): boolean {
  if (isIP(address) === 0 || address.includes('%')) return false;
  return ipaddr.process(address).range() === 'loopback';
}

function zoneOf4(address: ipaddr.IPv4): Zone {
  if (METADATA.has(address.toString())) return 'closed';
  switch (address.range()) {
    case 'unicast':
      return 'public';
    case 'loopback':
    case 'private':
    case 'carrierGradeNat':
      return 'private';
    default:
      return 'closed';
  }
}

/**
 * An address that carries an IPv4 one is judged by what it carries where the system really routes it so: mapped
 * (RFC 4291 §2.5.5.2) and NAT64, which may carry only public ones (RFC 6052 §3.1). The other carriers (compatible,
 * 6to4, Teredo, local-use NAT64) are long out of use and closed.
 */
function zoneOf6(address: ipaddr.IPv6): Zone {
  if (METADATA.has(address.toString())) return 'closed';
  if (address.isIPv4MappedAddress()) return zoneOf4(address.toIPv4Address());
  if (address.match(NAT64))
    return zoneOf4(lastFourBytes(address)) === 'public' ? 'public' : 'closed';
  const range: string = address.range();
  if (range === 'loopback' || range === 'uniqueLocal') return 'private';
  return range === 'unicast' && address.match(GLOBAL_UNICAST) ? 'public' : 'closed';
}

function lastFourBytes(address: ipaddr.IPv6): ipaddr.IPv4 {
  return new ipaddr.IPv4(address.toByteArray().slice(-4));
}
