import { rightsOf } from './rights.ts';
import { ROLES, type Role } from './role.ts';

/** lnd's coarser rights, and the methods of the roles that each covers (`rpcserver.go`, `router_server.go`). */
const COVERS: Readonly<Record<string, readonly string[]>> = {
  'info:read': ['/lnrpc.Lightning/GetInfo', '/lnrpc.Lightning/QueryRoutes'],
  'offchain:read': [
    '/lnrpc.Lightning/ChannelBalance',
    '/lnrpc.Lightning/ListChannels',
    '/lnrpc.Lightning/ListPayments',
    '/routerrpc.Router/TrackPaymentV2',
  ],
  'offchain:write': ['/routerrpc.Router/SendPaymentV2'],
  'invoices:read': [
    '/lnrpc.Lightning/LookupInvoice',
    '/lnrpc.Lightning/ListInvoices',
    '/lnrpc.Lightning/SubscribeInvoices',
  ],
  'invoices:write': ['/lnrpc.Lightning/AddInvoice'],
};

/** The roles that somebody else's node may bake macaroons for. */
export type RemoteRole = Extract<Role, 'buyer' | 'seller'>;

/** How a macaroon that somebody baked fits a role. */
export interface RoleRights {
  /** The methods that the role needs, and that it does not allow. One that pays and cannot look is no use. */
  readonly lacking: readonly string[];
  /** Whether it allows anything else: then whoever gets hold of it gets hold of that too. */
  readonly isTooPowerful: boolean;
}

/** Looks how a macaroon fits a role, by what it says of itself. */
export function roleRightsOf(role: RemoteRole, macaroon: Uint8Array): RoleRights {
  const rights = rightsOf(macaroon) ?? [];
  const allows = (method: string): boolean =>
    rights.some(right => right === `uri:${method}` || COVERS[right]?.includes(method));
  return {
    lacking: ROLES[role].filter(method => !allows(method)),
    isTooPowerful: rights.some(right => !ROLES[role].some(method => right === `uri:${method}`)),
  };
}
