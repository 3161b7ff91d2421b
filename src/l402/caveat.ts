import { SECOND } from '../base/index.ts';
import type { Macaroon } from './macaroon.ts';

/** One restriction of a macaroon, `condition=value`. */
export interface Caveat {
  readonly condition: string;
  readonly value: string;
}

const SERVICES = 'services';
const VALID_UNTIL = '_valid_until';
const UNIX_SECONDS = /^[0-9]{1,11}$/;

/** Splits a caveat at its first `=`; undefined if it has none, or no condition before it. */
export function parseCaveat(text: string): Caveat | undefined {
  const at = text.indexOf('=');
  return at > 0 ? { condition: text.slice(0, at), value: text.slice(at + 1) } : undefined;
}

/** Names of the services that every `services` caveat grants: a repeated one can only narrow. */
export function servicesOf(macaroon: Macaroon): string[] {
  const [first = [], ...others] = valuesOf(macaroon, name => name === SERVICES).map(serviceNames);
  return first.filter(name => others.every(names => names.includes(name)));
}

/**
 * When the macaroon ends, in ms since 1970: the earliest of all its `*_valid_until` caveats
 * (unix seconds); undefined if it has none. One that cannot be read counts as long past.
 */
export function expiryOf(macaroon: Macaroon): number | undefined {
  const ends = valuesOf(macaroon, name => name.endsWith(VALID_UNTIL)).map(value =>
    UNIX_SECONDS.test(value) ? Number(value) * SECOND : 0,
  );
  return ends.length === 0 ? undefined : Math.min(...ends);
}

/** A request as far as caveats can restrict it; the path is a URL's `pathname`, normalised. */
export interface RestrictedRequest {
  readonly method: string;
  readonly path: string;
}

/**
 * Whether every `method`, `path` and `path_prefix` caveat, alone or behind a service's name
 * (`weather_path=/today`), lets the request through. Other conditions are not judged here.
 */
export function permits(macaroon: Macaroon, { method, path }: RestrictedRequest): boolean {
  const every = (name: string, holds: (value: string) => boolean) =>
    valuesOf(macaroon, each => each === name || each.endsWith(`_${name}`)).every(holds);
  return (
    every('method', value => value.split(',').includes(method)) &&
    every('path', value => value === path) &&
    every('path_prefix', value => isWithin(path, value))
  );
}

/** Whole segments only: `/a` covers `/a` and `/a/b`, never `/ab`. */
function isWithin(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`);
}

function valuesOf(macaroon: Macaroon, matches: (condition: string) => boolean): string[] {
  return macaroon.caveats
    .map(parseCaveat)
    .flatMap(caveat => (caveat && matches(caveat.condition) ? [caveat.value] : []));
}

/** `name:tier,name:tier` as names; one malformed entry spoils the list, which then grants nothing. */
function serviceNames(value: string): string[] {
  const entries = value.split(',').map(entry => /^([^:]+):[0-9]{1,3}$/.exec(entry)?.[1]);
  return entries.every(name => name !== undefined) ? entries : [];
}
