import { join } from 'node:path';
import service, { type AuthenticatedLnd } from 'ln-service';
import { type Msat, msat, systemClock } from '../../src/base/index.ts';
import {
  addressOf,
  type NodeAddress,
  openVault,
  placeOf,
  type Vault,
} from '../../src/node/index.ts';
import { rpc } from '../../src/node/rpc.ts';
import { openKeyring } from '../../src/secrets/index.ts';
import type { Operator } from './operator.ts';

/** What was sealed for our node. */
export async function vaultOf({ home }: Operator): Promise<Vault> {
  const sealer = await openKeyring(join(home, 'keys'));
  return openVault(placeOf(home, 'regtest').secrets, 'regtest', sealer);
}

/** Where our lnd answers, with the macaroon of a role, as our own code would find it. */
export async function ourAddress(
  operator: Operator,
  role: 'admin' | 'buyer' | 'seller',
): Promise<NodeAddress> {
  const place = placeOf(operator.home, 'regtest');
  return addressOf(place, role, await vaultOf(operator), systemClock);
}

/** Our own lnd, by its own words: what it says when none of our code is between. */
export async function ourLnd(operator: Operator): Promise<AuthenticatedLnd> {
  const { socket, certificate, macaroon } = await ourAddress(operator, 'admin');
  const { lnd } = service.authenticatedLndGrpc({
    socket,
    cert: Buffer.from(certificate).toString('base64'),
    macaroon: Buffer.from(macaroon).toString('base64'),
  });
  return lnd;
}

/** A payment by lnd's own books. */
export interface Booked {
  readonly hash: string;
  readonly state: 'IN_FLIGHT' | 'SUCCEEDED' | 'FAILED' | 'INITIATED';
  /** Amount and fee. */
  readonly cost: Msat;
}

interface Page {
  readonly payments: readonly {
    readonly payment_hash: string;
    readonly status: Booked['state'];
    readonly value_msat: string;
    readonly fee_msat: string;
  }[];
}

/** All payments that an lnd ever made or tried. */
export async function paymentsOf(lnd: AuthenticatedLnd): Promise<readonly Booked[]> {
  const { payments } = await rpc<Page>(lnd.default, 'listPayments', { include_incomplete: true });
  return payments.map(({ payment_hash: hash, status: state, value_msat, fee_msat }) => ({
    hash,
    state,
    cost: msat(BigInt(value_msat) + BigInt(fee_msat)),
  }));
}

/** The highest settle index that an lnd has given; 0 if it never received anything. */
export async function settleIndexOf(lnd: AuthenticatedLnd): Promise<bigint> {
  const { invoices } = await rpc<{ invoices: readonly { settle_index: string }[] }>(
    lnd.default,
    'listInvoices',
    { num_max_invoices: 10_000 },
  );
  return invoices.reduce((most, { settle_index: next }) => {
    const index = BigInt(next);
    return index > most ? index : most;
  }, 0n);
}
