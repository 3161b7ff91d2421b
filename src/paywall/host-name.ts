import { isIPv6 } from 'node:net';
import { ok, type Result, refuse } from '../base/index.ts';

/** Labels of letters, digits, `-` and `_`; IDNs in their ASCII form (RFC 5890). */
const NAME = /^[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*$/;
const HOST = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::\d{1,5})?$/;
const MOST_CHARS = 253;

/** The host that a `Host` line names (RFC 9110 §7.2): lower case, without port and root dot; else `invalid_input`. */
export function hostNameOf(value: string): Result<string> {
  const [, host = ''] = value.length > MOST_CHARS + 6 ? [] : (HOST.exec(value.toLowerCase()) ?? []);
  const name = nameOf(host.endsWith('.') ? host.slice(0, -1) : host);
  return name === undefined ? refuse('invalid_input', 'The Host line is malformed.') : ok(name);
}

/** A pattern for hosts in its one spelling: a name, or `*.` and a name; else `invalid_route`. */
export function hostPatternOf(written: string): Result<string> {
  const stars = written.startsWith('*.') ? '*.' : '';
  const name = nameOf(written.slice(stars.length).toLowerCase());
  if (name === undefined)
    return refuse('invalid_route', 'Its host is not a name, or *. and a name.');
  return stars !== '' && name.startsWith('[')
    ? refuse('invalid_route', 'An address has no names under it.')
    : ok(stars + name);
}

/** Whether a pattern covers a host: `*.example` covers what is under it, never itself. */
export function coversHost(pattern: string, host: string): boolean {
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern;
}

/** Whether each host of one pattern is covered by the other. */
export function isHostWithin(one: string, other: string): boolean {
  if (one === other) return true;
  if (!one.startsWith('*.')) return coversHost(other, one);
  return other.startsWith('*.') && coversHost(other, one.slice(2));
}

/** Whether some host is covered by both patterns: then one of them is within the other. */
export function hostsMeet(one: string, other: string): boolean {
  return isHostWithin(one, other) || isHostWithin(other, one);
}

function nameOf(text: string): string | undefined {
  if (text.startsWith('[')) {
    // One address has many spellings; the URL parser knows the one of RFC 5952.
    return isIPv6(text.slice(1, -1)) ? new URL(`http://${text}/`).hostname : undefined;
  }
  return text.length <= MOST_CHARS && NAME.test(text) ? text : undefined;
}
