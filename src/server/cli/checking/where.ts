import { isIP, isIPv6 } from 'node:net';
import { ok, type Result, refuse } from '../../../base/index.ts';
import type { Resolve } from '../../../http/index.ts';
import type { Paywall, Route, RouteMethod, SellerRules } from '../../../paywall/index.ts';

/** What of a paywall is tried. */
export interface Wanted {
  readonly path?: string | undefined;
  readonly method?: RouteMethod | undefined;
}

/** A request that the gateway should charge for, and the way to it. */
export interface Trial {
  readonly method: Exclude<RouteMethod, 'OPTIONS'>;
  /** With the route's host and the gateway's port. */
  readonly url: string;
  /** Leads every name to the gateway, as the DNS will once the host is public. */
  readonly resolve: Resolve;
}

/** The trial of a paywall's first route, or of the path that was named. */
export function trialOf(
  { routes }: Paywall,
  { path, method }: Wanted,
  { seller }: SellerRules,
): Result<Trial> {
  const [route] = routes;
  const place = placeOf(seller.listen);
  if (route === undefined || place === undefined) {
    return refuse('invalid_input', 'seller.listen names no port that could be asked.');
  }
  const safe = method ?? (['GET', 'HEAD'] as const).find(each => route.methods.includes(each));
  if (safe === undefined || safe === 'OPTIONS') {
    return refuse(
      'invalid_input',
      'Name a --method: the request is sent to the upstream for real.',
    );
  }
  const protocol = seller.tls.certificate === '' ? 'http' : 'https';
  const host = route.hostPattern.replace('*', 'check');
  const { address, port } = place;
  const family = isIPv6(address) ? 6 : 4;
  return ok({
    method: safe,
    url: `${protocol}://${host}:${port}${path ?? plainPath(route)}`,
    resolve: async () => [{ address, family }],
  });
}

/** A path that the route takes. */
function plainPath({ pathPattern }: Route): string {
  return pathPattern.replace('**', '').replaceAll('*', 'check');
}

/** Where the gateway can be reached from this machine; undefined where the settings do not say. */
function placeOf(listen: string): { address: string; port: string } | undefined {
  const [, host = '', port = '0'] = /^\[?(.*?)\]?:(\d+)$/.exec(listen) ?? [];
  if (port === '0') return undefined;
  if (host === '0.0.0.0') return { address: '127.0.0.1', port };
  if (host === '::') return { address: '::1', port };
  return { address: isIP(host) === 0 ? '127.0.0.1' : host, port };
}
