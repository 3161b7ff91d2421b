/**
 * A host pattern in its canonical form, as the settings write it:
 * `shop.example` (that `URL.host` exactly, a port included), `shop.example:*` (any port),
 * `*.example.com` (its subdomains, never itself), `*.example.com:*`.
 */
export type HostPattern = string;

/** Matches no host: `<` and `>` cannot stand in one (WHATWG URL, forbidden host code points). */
export const NO_HOST: HostPattern = '<none>';

interface Host {
  readonly name: string;
  /** Empty without one; in patterns `*` for any. */
  readonly port: string;
}

interface Pattern extends Host {
  readonly subdomains: boolean;
}

/** A host in the one form that policy compares: lower-case and without the trailing dots of a rooted name. */
export function canonicalHost(host: string): string {
  const { name, port } = hostParts(host.toLowerCase());
  let end = name.length;
  while (name[end - 1] === '.') end -= 1;
  return port === '' ? name.slice(0, end) : `${name.slice(0, end)}:${port}`;
}

/** Whether a canonical pattern covers a host, given as `URL.host` has it. */
export function matchesHost(pattern: HostPattern, host: string): boolean {
  const given = patternParts(pattern);
  const asked = hostParts(canonicalHost(host));
  if (given.port !== '*' && given.port !== asked.port) return false;
  return given.subdomains ? asked.name.endsWith(`.${given.name}`) : asked.name === given.name;
}

/** Whether any of the patterns covers the host. */
export function matchesAny(patterns: readonly HostPattern[], host: string): boolean {
  return patterns.some(pattern => matchesHost(pattern, host));
}

/** The pattern for exactly the hosts that both cover, or undefined when they have none in common. */
export function overlap(one: HostPattern, other: HostPattern): HostPattern | undefined {
  const a = patternParts(one);
  const b = patternParts(other);
  const port = a.port === '*' ? b.port : a.port;
  if (b.port !== '*' && b.port !== port) return undefined;
  const narrow = within(a, b) ? a : within(b, a) ? b : undefined;
  if (narrow === undefined) return undefined;
  const name = narrow.subdomains ? `*.${narrow.name}` : narrow.name;
  return port === '' ? name : `${name}:${port}`;
}

/** Whether the names that `a` stands for are all among those of `b`. */
function within(a: Pattern, b: Pattern): boolean {
  if (a.name === b.name) return a.subdomains === b.subdomains;
  return b.subdomains && a.name.endsWith(`.${b.name}`);
}

/** Only in a pattern is `*.` more than a name: a URL may hold it too, and must not pass for another host. */
function patternParts(pattern: HostPattern): Pattern {
  const subdomains = pattern.startsWith('*.');
  return { subdomains, ...hostParts(subdomains ? pattern.slice(2) : pattern) };
}

/** Brackets keep the colons of an IPv6 address apart from the one before a port. */
function hostParts(host: string): Host {
  const colon = host.indexOf(':', host.startsWith('[') ? host.indexOf(']') + 1 : 0);
  if (colon < 0) return { name: host, port: '' };
  return { name: host.slice(0, colon), port: host.slice(colon + 1) };
}
