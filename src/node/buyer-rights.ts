import { rightsOf } from './rights.ts';
import { ROLES } from './role.ts';

/** lnd's coarser rights, and the buyer's methods that each of them covers (`rpcserver.go`, `router_server.go`). */
const COVERS: Readonly<Record<string, readonly string[]>> = {
  'info:read': ['/lnrpc.Lightning/GetInfo', '/lnrpc.Lightning/QueryRoutes'],
  'offchain:read': [
    '/lnrpc.Lightning/ChannelBalance',
    '/lnrpc.Lightning/ListChannels',
    '/lnrpc.Lightning/ListPayments',
    '/routerrpc.Router/TrackPaymentV2',
  ],
  'offchain:write': ['/routerrpc.Router/SendPaymentV2'],
};

/** How a macaroon that somebody baked fits the buyer. */
export interface BuyerRights {
  /** The methods that a buyer needs, and that it does not allow. One that pays and cannot look is no use. */
  readonly lacking: readonly string[];
  /** Whether it allows anything else: then whoever gets hold of it gets hold of that too. */
  readonly isTooPowerful: boolean;
}

/** Looks how a macaroon fits the buyer, by what it says of itself. */
export function buyerRightsOf(macaroon: Uint8Array): BuyerRights {
  const rights = rightsOf(macaroon) ?? [];
  const allows = (method: string): boolean =>
    rights.some(right => right === `uri:${method}` || COVERS[right]?.includes(method));
  return {
    lacking: ROLES.buyer.filter(method => !allows(method)),
    isTooPowerful: rights.some(right => !ROLES.buyer.some(method => right === `uri:${method}`)),
  };
}
