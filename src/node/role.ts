import { ok, type Result } from '../base/index.ts';
import type { Operator } from './operator.ts';
import type { NodeSecret, Vault } from './vault.ts';

/** A macaroon that may do less than admin's. */
export type Role = Extract<NodeSecret, 'keeper' | 'buyer' | 'seller'>;

const of = (service: string, ...methods: readonly string[]): readonly string[] =>
  methods.map(method => `/${service}/${method}`);

/**
 * The methods that each role may call, and no other: whoever got hold of the buyer's macaroon could spend what is in
 * the channels, but neither open nor close one, send on-chain, bake another macaroon, or stop the node.
 */
export const ROLES: Readonly<Record<Role, readonly string[]>> = {
  buyer: [
    ...of('lnrpc.Lightning', 'GetInfo', 'ChannelBalance', 'ListChannels'),
    ...of('lnrpc.Lightning', 'ListPayments', 'QueryRoutes'),
    ...of('routerrpc.Router', 'SendPaymentV2', 'TrackPaymentV2'),
  ],
  seller: [
    ...of('lnrpc.Lightning', 'GetInfo', 'AddInvoice', 'LookupInvoice'),
    ...of('lnrpc.Lightning', 'ListInvoices', 'SubscribeInvoices'),
  ],
  keeper: [
    ...of('lnrpc.Lightning', 'GetInfo', 'GetRecoveryInfo', 'StopDaemon'),
    ...of('lnrpc.Lightning', 'WalletBalance', 'ListChannels', 'PendingChannels'),
  ],
};

/** Bakes the macaroon of each role, and seals it. The keeper's comes last: where there is one, there are all. */
export async function bakeRoles(admin: Operator, vault: Vault): Promise<Result<void>> {
  for (const role of Object.keys(ROLES) as Role[]) {
    const permissions = ROLES[role].map(action => ({ entity: 'uri', action }));
    const baked = await admin.ask<{ macaroon: string }>('bakeMacaroon', { permissions });
    if (!baked.ok) return baked;
    await vault.keep(role, Buffer.from(baked.value.macaroon, 'hex'));
  }
  return ok(undefined);
}
