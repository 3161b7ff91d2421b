import { ok, type Result } from '../base/index.ts';
import { coversHost, hostPatternOf, hostsMeet, isHostWithin } from './host-name.ts';
import {
  coversPath,
  isPathWithin,
  type PathPattern,
  pathPatternOf,
  pathsMeet,
} from './path-pattern.ts';

/** Which requests a route takes: those of its hosts, on its paths. */
export interface Pattern {
  /** A name, or `*.` and a name. */
  readonly host: string;
  readonly path: PathPattern;
}

/** Reads a route's two patterns; else `invalid_route`. */
export function patternOf(route: {
  readonly hostPattern: string;
  readonly pathPattern: string;
}): Result<Pattern> {
  const host = hostPatternOf(route.hostPattern);
  if (!host.ok) return host;
  const path = pathPatternOf(route.pathPattern);
  return path.ok ? ok({ host: host.value, path: path.value }) : path;
}

/** Whether the pattern takes a request, given its host and the segments of its path. */
export function matches(pattern: Pattern, host: string, path: readonly string[]): boolean {
  return coversHost(pattern.host, host) && coversPath(pattern.path, path);
}

/** Whether some request is taken by both. */
export function overlap(one: Pattern, other: Pattern): boolean {
  return hostsMeet(one.host, other.host) && pathsMeet(one.path, other.path);
}

/**
 * Which of two patterns that take the same request gets it: the narrower host, for the same hosts the narrower path.
 * `same` means equal patterns, `undecided` that each takes something that the other does not: two such routes may
 * not both exist, so that who is asked never depends on an order that nobody sees.
 */
export function narrower(one: Pattern, other: Pattern): 'one' | 'other' | 'same' | 'undecided' {
  if (one.host !== other.host) return isHostWithin(one.host, other.host) ? 'one' : 'other';
  const [inside, outside] = [
    isPathWithin(one.path, other.path),
    isPathWithin(other.path, one.path),
  ];
  if (inside && outside) return 'same';
  if (inside) return 'one';
  return outside ? 'other' : 'undecided';
}
