import { SECOND } from '../base/index.ts';
import { type Macaroon, parseCaveat } from '../l402/index.ts';
import type { PaywallId } from './id.ts';

/** What a token may be bound to, in the order in which it is written. */
export interface Terms {
  readonly paywallId: PaywallId;
  readonly routeId: string;
  /** The one path that it opens, or the path under which all are opened. */
  readonly path: { readonly exact: string } | { readonly prefix: string };
  readonly method: string | undefined;
  /** How many requests it opens; undefined for any number. */
  readonly uses: number | undefined;
  /** SHA-256 of the one body, hex. */
  readonly bodyDigest: string | undefined;
  /** SHA-256 of the client's key, hex. */
  readonly clientKeyDigest: string | undefined;
  /** When it ends, ms; whole seconds count. */
  readonly expiresAt: number;
}

/** All that a token's caveats let through; what is repeated has narrowed it. */
export interface Grant {
  readonly routeIds: readonly string[];
  readonly paths: readonly string[];
  readonly prefixes: readonly string[];
  /** Undefined for every method. */
  readonly methods: readonly string[] | undefined;
  readonly uses: number | undefined;
  readonly bodyDigests: readonly string[];
  readonly clientKeyDigests: readonly string[];
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** The caveats that mint a token: its service, its capability, what constrains it, and its end. */
export function caveatsOf(terms: Terms): readonly string[] {
  const { paywallId: service, routeId, path, method, uses, bodyDigest, clientKeyDigest } = terms;
  const constraints: readonly (readonly [name: string, value: string | number | undefined])[] = [
    'exact' in path ? ['path', path.exact] : ['path_prefix', path.prefix],
    ['method', method],
    ['uses', uses],
    ['body_sha256', bodyDigest],
    ['client_key', clientKeyDigest],
  ];
  return [
    `services=${service}:0`,
    `${service}_capabilities=${routeId}`,
    ...constraints.flatMap(([name, value]) =>
      value === undefined ? [] : [`${service}_${name}=${value}`],
    ),
    `${service}_valid_until=${Math.floor(terms.expiresAt / SECOND)}`,
  ];
}

/**
 * What a token grants for a paywall, if every caveat of it can be read and is of our vocabulary; undefined otherwise.
 * A holder may have added any of them, and each can only narrow what stood before. One that we do not know was meant
 * to forbid something that we cannot tell, so it forbids all.
 */
export function grantOf(macaroon: Macaroon, service: PaywallId): Grant | undefined {
  const values = valuesOf(macaroon, service);
  if (values === undefined) return undefined;
  const of = (name: string): readonly string[] => values.get(name) ?? [];
  const [uses, ends] = [of('uses').map(numberOf), of('valid_until').map(numberOf)];
  const isServed = of('services').length > 0 && of('services').every(isFor(service));
  if (!isServed || ends.length === 0 || [...uses, ...ends].includes(undefined)) return undefined;
  return {
    routeIds: shared(of('capabilities')) ?? [],
    paths: of('path'),
    prefixes: of('path_prefix'),
    methods: shared(of('method')),
    uses: least(uses),
    bodyDigests: of('body_sha256'),
    clientKeyDigests: of('client_key'),
    expiresAt: (least(ends) ?? 0) * SECOND,
  };
}

/** The values of each condition, in their order; undefined if any caveat is not of our vocabulary. */
function valuesOf(
  { caveats }: Macaroon,
  service: PaywallId,
): ReadonlyMap<string, readonly string[]> | undefined {
  const values = new Map<string, string[]>();
  for (const text of caveats) {
    const { condition = '', value = '' } = parseCaveat(text) ?? {};
    const name = nameOf(condition, service);
    if (name === undefined) return undefined;
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  return values;
}

/** The conditions that a service's name stands before. */
const OURS: ReadonlySet<string> = new Set([
  'capabilities',
  'path',
  'path_prefix',
  'method',
  'uses',
  'body_sha256',
  'client_key',
  'valid_until',
]);
const COUNT = /^[0-9]{1,11}$/;

/** A condition without its service's name; `preimage` is judged with the credential that carries it. */
function nameOf(condition: string, service: PaywallId): string | undefined {
  if (condition === 'services' || condition === 'preimage') return condition;
  const name = condition.startsWith(`${service}_`) ? condition.slice(service.length + 1) : '';
  return OURS.has(name) ? name : undefined;
}

/** Whether a list of `name:tier` is well-formed and names the service. */
function isFor(service: PaywallId): (list: string) => boolean {
  return list => {
    const entries = list.split(',').map(entry => /^([^:]+):[0-9]{1,3}$/.exec(entry)?.[1]);
    return entries.includes(service) && !entries.includes(undefined);
  };
}

/** What each of some lists names; undefined where there is no list. */
function shared(lists: readonly string[]): readonly string[] | undefined {
  const [first, ...others] = lists.map(list => list.split(','));
  return first?.filter(entry => others.every(list => list.includes(entry)));
}

function numberOf(value: string): number | undefined {
  return COUNT.test(value) ? Number(value) : undefined;
}

function least(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter(value => value !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
