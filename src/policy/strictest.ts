import { digestOf, least } from '../base/index.ts';
import { type HostPattern, NO_HOST, overlap } from './host.ts';
import type { Policy } from './policy.ts';
import { meetSellers, SELLER_FIELDS, sameFace } from './seller.ts';

type Opened = Policy['hosts']['methods'][number];

/**
 * The policy that is nowhere looser than either: every sum, count and list is the tighter one. Networks,
 * wallets or nodes that differ have no tighter one, so then nothing is paid; nor have the gateway's listeners, so
 * then nothing is sold. What is tight already is kept as it is, so that tightening nothing changes no hash.
 */
export function strictest(a: Policy, b: Policy): Policy {
  const met = meet(a, b);
  const agreed = digestOf(sourceOf(a)) === digestOf(sourceOf(b));
  const shown = sameFace(a.seller, b.seller);
  return {
    ...met,
    paused: met.paused || !agreed,
    seller: { ...met.seller, paused: met.seller.paused || !shown },
  };
}

/** Where the money comes from. */
function sourceOf({ network, wallet, lnd }: Policy): Pick<Policy, 'network' | 'wallet' | 'lnd'> {
  return { network, wallet, lnd };
}

/** The paths of the settings in which `to` allows more than `from`; empty when it only tightens. */
export function loosens(from: Policy, to: Policy): readonly string[] {
  const kept = meet(from, to);
  return FIELDS.filter(([, read]) => digestOf(read(kept)) !== digestOf(read(to))).map(
    ([path]) => path,
  );
}

const FIELDS: readonly (readonly [path: string, read: (policy: Policy) => unknown])[] = [
  ['network', p => p.network],
  ['wallet.kind', p => p.wallet],
  ['lnd.mode', p => p.lnd?.mode],
  ['lnd.address', p => p.lnd?.address],
  ['lnd.binary', p => p.lnd?.binary],
  ['lnd.peers', p => p.lnd?.peers],
  ['lnd.feeUrl', p => p.lnd?.feeUrl],
  ['lnd.backupDirectory', p => p.lnd?.backupDirectory],
  ['paused', p => p.paused],
  ['caps.requestSats', p => p.caps.request],
  ['caps.hostSats', p => p.caps.host],
  ['caps.hourSats', p => p.caps.hour],
  ['caps.daySats', p => p.caps.day],
  ['caps.totalSats', p => p.caps.total],
  ['fees.baseSats', p => p.fees.base],
  ['fees.percent', p => p.fees.percent],
  ['hosts.allow', p => p.hosts.allow],
  ['hosts.block', p => p.hosts.block],
  ['hosts.private', p => p.hosts.private],
  ['hosts.plainHttp', p => p.hosts.plainHttp],
  ['hosts.methods', p => p.hosts.methods],
  ['autoApprove', p => p.autoApprove],
  ['approvals.expiresMinutes', p => p.approvals.expiresMs],
  ['approvals.maxPending', p => p.approvals.maxPending],
  ['approvals.maxPerHour', p => p.approvals.maxPerHour],
  ['approvals.coolDownMinutes', p => p.approvals.coolDownMs],
  ['payments.maxInFlight', p => p.payments.maxInFlight],
  ['payments.maxInFlightPerHost', p => p.payments.maxInFlightPerHost],
  ...SELLER_FIELDS.map(([path, read]) => [path, (policy: Policy) => read(policy.seller)] as const),
];

function meet(a: Policy, b: Policy): Policy {
  return {
    ...sourceOf(a),
    paused: a.paused || b.paused,
    caps: {
      request: least(a.caps.request, b.caps.request),
      host: least(a.caps.host, b.caps.host),
      hour: least(a.caps.hour, b.caps.hour),
      day: least(a.caps.day, b.caps.day),
      total: least(a.caps.total, b.caps.total),
    },
    fees: {
      base: least(a.fees.base, b.fees.base),
      percent: Math.min(a.fees.percent, b.fees.percent),
    },
    hosts: meetHosts(a.hosts, b.hosts),
    autoApprove: meetRules(a.autoApprove, b.autoApprove),
    approvals: {
      expiresMs: Math.min(a.approvals.expiresMs, b.approvals.expiresMs),
      maxPending: Math.min(a.approvals.maxPending, b.approvals.maxPending),
      maxPerHour: Math.min(a.approvals.maxPerHour, b.approvals.maxPerHour),
      coolDownMs: Math.max(a.approvals.coolDownMs, b.approvals.coolDownMs),
    },
    payments: {
      maxInFlight: Math.min(a.payments.maxInFlight, b.payments.maxInFlight),
      maxInFlightPerHost: Math.min(a.payments.maxInFlightPerHost, b.payments.maxInFlightPerHost),
    },
    seller: meetSellers(a.seller, b.seller, meetAllowed),
  };
}

function meetHosts(a: Policy['hosts'], b: Policy['hosts']): Policy['hosts'] {
  return {
    allow: meetAllowed(a.allow, b.allow),
    block: union(a.block, b.block),
    private: common(a.private, b.private, PATTERNS),
    plainHttp: common(a.plainHttp, b.plainHttp, PATTERNS),
    methods: common(a.methods, b.methods, OPENED),
  };
}

/** Empty allows every host, so lists with nothing in common must not become an empty one. */
function meetAllowed(a: readonly string[], b: readonly string[]): readonly string[] {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const both = common(a, b, PATTERNS);
  return both.length === 0 ? [NO_HOST] : both;
}

function overlapOpened(a: Opened, b: Opened): Opened | undefined {
  const host = overlap(a.host, b.host);
  const methods = a.methods.filter(method => b.methods.includes(method));
  return host === undefined || methods.length === 0 ? undefined : { host, methods };
}

/** A rule stands only where both policies have it: what was spent under another name cannot be counted to it. */
function meetRules(a: Policy['autoApprove'], b: Policy['autoApprove']): Policy['autoApprove'] {
  return b.flatMap(rule => {
    const same = a.find(({ grant }) => grant === rule.grant);
    if (same === undefined) return [];
    return [{ ...rule, each: least(rule.each, same.each), day: least(rule.day, same.day) }];
  });
}

/** How entries of a list compare: what two of them share, and what tells one from another. */
interface Entries<T> {
  readonly shared: (one: T, other: T) => T | undefined;
  readonly name: (entry: T) => string;
}

const PATTERNS: Entries<HostPattern> = { shared: overlap, name: pattern => pattern };
const OPENED: Entries<Opened> = {
  shared: overlapOpened,
  name: ({ host, methods }) => `${host} ${methods.join()}`,
};

/** What both lists cover: one of the lists as it is when the other covers it whole. */
function common<T>(a: readonly T[], b: readonly T[], entries: Entries<T>): readonly T[] {
  if (b.every(entry => covered(entry, a, entries))) return b;
  if (a.every(entry => covered(entry, b, entries))) return a;
  const pairs = a.flatMap(one => b.map(other => entries.shared(one, other)));
  const both = pairs.filter(entry => entry !== undefined);
  return [...new Map(both.map(entry => [entries.name(entry), entry])).values()];
}

function union(a: readonly HostPattern[], b: readonly HostPattern[]): readonly HostPattern[] {
  if (a.every(entry => covered(entry, b, PATTERNS))) return b;
  return [...a, ...b.filter(entry => !covered(entry, a, PATTERNS))];
}

function covered<T>(entry: T, by: readonly T[], { shared, name }: Entries<T>): boolean {
  return by.some(other => {
    const both = shared(entry, other);
    return both !== undefined && name(both) === name(entry);
  });
}
