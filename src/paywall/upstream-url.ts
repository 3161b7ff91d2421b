import { isIP } from 'node:net';
import { ok, type Result, refuse } from '../base/index.ts';
import { isLoopback, parseTarget, zoneOf } from '../http/index.ts';
import type { SellerPolicy } from '../policy/index.ts';
import { coversHost } from './host-name.ts';

/** A server that routes may lead to, and what is opened for connecting to it. */
export interface UpstreamUrl {
  /** Absolute, without query and fragment, and without a slash at its end. */
  readonly url: string;
  /** Whether the address that its name leads to may be private. */
  readonly privateAddresses: boolean;
  readonly plainHttp: boolean;
}

/** What an upstream is held against: the operator's settings, and the hosts that are sold on. */
export interface Surroundings {
  readonly seller: Pick<SellerPolicy, 'upstreams' | 'listen'>;
  /** Patterns of all routes' hosts. */
  readonly hosts: readonly string[];
}

type Kind = 'loopback' | 'private' | 'public' | 'closed' | 'name';

/**
 * Judges the URL of an upstream, else `upstream_invalid`. This is the seller's own guard, apart from the buyer's: a
 * server on this machine is the usual case, private networks are the operator's to open, addresses that are nobody's
 * server stay closed, and what leaves the machine is encrypted. A name's addresses are judged when it is connected to.
 */
export function upstreamUrl(text: string, around: Surroundings): Result<UpstreamUrl> {
  const parsed = parseTarget(text);
  if (!parsed.ok) return bad(parsed.detail ?? 'Its URL is not valid.');
  const url = parsed.value;
  if (url.search !== '') return bad('Its URL has a query.');
  const kind = kindOf(url.hostname);
  const open = {
    loopback: around.seller.upstreams.loopback,
    private: around.seller.upstreams.private,
  };
  if (kind === 'closed') return bad('Its address is nobody’s server.');
  if ((kind === 'loopback' || kind === 'private') && !open[kind]) {
    return bad(`seller.upstreams.${kind} does not open its address.`);
  }
  if (isGateway(url, kind, around)) return bad('It is the gateway itself.');
  const privateAddresses = kind === 'loopback' || (kind !== 'public' && open.private);
  if (url.protocol === 'http:' && !privateAddresses)
    return bad('It is public, so it has to be https.');
  return ok({ url: withoutSlash(url.href), privateAddresses, plainHttp: privateAddresses });
}

function kindOf(hostname: string): Kind {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (host === 'localhost' || host.endsWith('.localhost')) return 'loopback';
  if (isIP(host) === 0) return 'name';
  return isLoopback(host) ? 'loopback' : zoneOf(host);
}

/** A request that came back to the gateway would be charged for again, or go round for ever. */
function isGateway(url: URL, kind: Kind, { seller, hosts }: Surroundings): boolean {
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  const [, host = '', own = ''] = /^(.*):(\d+)$/.exec(seller.listen) ?? [];
  if (port === own && (kind === 'loopback' || url.hostname === host)) return true;
  if (kind === 'loopback') return false;
  return (port === own || url.port === '') && hosts.some(each => coversHost(each, url.hostname));
}

function withoutSlash(href: string): string {
  return href.endsWith('/') ? href.slice(0, -1) : href;
}

function bad(detail: string): Result<never> {
  return refuse('upstream_invalid', detail);
}
