import { digestOf, least, type Msat, sats } from '../base/index.ts';
import { canonicalHost, type HostPattern, NO_HOST, overlap } from './host.ts';
import type { Settings } from './settings.ts';

/** What the operator decided of selling, parsed. */
export interface SellerPolicy {
  /** Nothing is sold. */
  readonly paused: boolean;
  /** Patterns; empty allows every host. */
  readonly hosts: readonly HostPattern[];
  readonly maxPrice: Msat;
  /** What may be sold from: servers on this machine, and on private networks. */
  readonly upstreams: { readonly loopback: boolean; readonly private: boolean };
  /** `host:port` of the gateway. */
  readonly listen: string;
  /** `host:port` of its health and figures; empty for nowhere. */
  readonly admin: string;
  /** Paths of PEM files; empty for none. */
  readonly tls: { readonly certificate: string; readonly key: string };
  /** Addresses or networks whose word on who asks is believed. */
  readonly trustedProxies: readonly string[];
  readonly requireSettled: boolean;
  /** How many invoices are made: for one client network and for all in a minute, and unpaid at a time. */
  readonly mint: { readonly perClient: number; readonly perMinute: number; readonly open: number };
}

/** What the settings decide of selling. */
export function sellerPolicyOf({ seller }: Settings): SellerPolicy {
  const { maxPriceSats, ...same } = seller;
  return { ...same, maxPrice: sats(maxPriceSats) };
}

/** The settings of selling whose policy this is. */
export function sellerSettingsOf({ maxPrice, ...same }: SellerPolicy): unknown {
  return { ...same, maxPriceSats: Number(maxPrice / 1000n) };
}

/** Whether every host of a route's pattern (`api.example`, `*.example`) may be sold on. */
export function maySellOn({ hosts }: Pick<SellerPolicy, 'hosts'>, pattern: HostPattern): boolean {
  const asked = canonicalHost(pattern);
  return hosts.length === 0 || hosts.some(each => overlap(asked, withoutPort(each)) === asked);
}

/** Routes know no ports, so a pattern opens its host whatever port it names. */
function withoutPort(pattern: HostPattern): HostPattern {
  return pattern.replace(/:(\*|\d+)$/, '');
}

/** Whether two policies show the gateway alike: no listener, admin listener or certificate is tighter than another. */
export function sameFace(a: SellerPolicy, b: SellerPolicy): boolean {
  const [one, other] = [a, b].map(({ listen, admin, tls }) => digestOf({ listen, admin, tls }));
  return one === other;
}

/** How lists of hosts are met: the buyer's rule, in which an empty list allows every host. */
type MeetHosts = (a: readonly HostPattern[], b: readonly HostPattern[]) => readonly HostPattern[];

/**
 * The policy that is nowhere looser than either; of two faces the first is kept. Lists of hosts with nothing in
 * common sell nothing: that is said by the pause, since no settings can state a list of no host.
 */
export function meetSellers(a: SellerPolicy, b: SellerPolicy, meetHosts: MeetHosts): SellerPolicy {
  const { listen, admin, tls } = a;
  const hosts = meetHosts(a.hosts, b.hosts);
  const disjoint = hosts.includes(NO_HOST);
  return {
    listen,
    admin,
    tls,
    paused: a.paused || b.paused || disjoint,
    hosts: disjoint ? a.hosts : hosts,
    maxPrice: least(a.maxPrice, b.maxPrice),
    upstreams: {
      loopback: a.upstreams.loopback && b.upstreams.loopback,
      private: a.upstreams.private && b.upstreams.private,
    },
    trustedProxies: meetProxies(a.trustedProxies, b.trustedProxies),
    requireSettled: a.requireSettled || b.requireSettled,
    mint: {
      perClient: Math.min(a.mint.perClient, b.mint.perClient),
      perMinute: Math.min(a.mint.perMinute, b.mint.perMinute),
      open: Math.min(a.mint.open, b.mint.open),
    },
  };
}

/** What both lists name, in the order of the one that has no more than that. */
function meetProxies(a: readonly string[], b: readonly string[]): readonly string[] {
  return b.every(proxy => a.includes(proxy)) ? b : a.filter(proxy => b.includes(proxy));
}

/** Each setting of selling, and what it reads of the policy. */
export const SELLER_FIELDS: readonly (readonly [
  path: string,
  read: (policy: SellerPolicy) => unknown,
])[] = [
  ['seller.paused', p => p.paused],
  ['seller.hosts', p => p.hosts],
  ['seller.maxPriceSats', p => p.maxPrice],
  ['seller.upstreams.loopback', p => p.upstreams.loopback],
  ['seller.upstreams.private', p => p.upstreams.private],
  ['seller.listen', p => p.listen],
  ['seller.admin', p => p.admin],
  ['seller.tls', p => p.tls],
  ['seller.trustedProxies', p => p.trustedProxies],
  ['seller.requireSettled', p => p.requireSettled],
  ['seller.mint', p => p.mint],
];
