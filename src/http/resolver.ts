import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { TollkeeperError } from '../base/index.ts';
import { zoneOf } from './address.ts';

/** Every address of a name; an empty list or a rejection means that it has none. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

/** The system's resolver, hosts file included, as other programs of the machine see it. */
export const systemResolve: Resolve = hostname => lookup(hostname, { all: true });

/** The refusal of a literal address, or undefined for a name (whose addresses the lookup judges) or an open one. */
export function refusedLiteral(hostname: string, open: boolean): TollkeeperError | undefined {
  return isIP(hostname) !== 0 && !mayConnect(hostname, open) ? blocked() : undefined;
}

/**
 * A lookup for `net.connect` that gives only judged addresses, so that the address judged is the address connected
 * to, and a name that changes its mind (DNS rebinding) gains nothing. One closed address among the answers refuses
 * the name: a seller's name has no business there.
 */
export function judgedLookup(resolve: Resolve, open: boolean): LookupFunction {
  return (hostname, options, callback) => {
    const give = (addresses: readonly LookupAddress[]): void => {
      const [first] = addresses;
      if (first === undefined) callback(unresolved(), []);
      else if (!addresses.every(({ address }) => mayConnect(address, open)))
        callback(blocked(), []);
      else if (options.all) callback(null, [...addresses]);
      else callback(null, first.address, first.family);
    };
    resolve(hostname).then(give, () => callback(unresolved(), []));
  };
}

function mayConnect(address: string, open: boolean): boolean {
  const zone = zoneOf(address);
  return zone === 'public' || (zone === 'private' && open);
}

function blocked(): TollkeeperError {
  return new TollkeeperError('SSRF_BLOCKED');
}

function unresolved(): TollkeeperError {
  return new TollkeeperError('L402TransportError', 'Its host name has no address.');
}
