import { randomBytes } from 'node:crypto';
import { msat, sha256 } from '../../../src/base/index.ts';
import type { NewPaywallEvent } from '../../../src/paywall/event.ts';
import type { PaywallId } from '../../../src/paywall/id.ts';
import type { Paywall } from '../../../src/paywall/paywall.ts';
import type { Proposal } from '../../../src/paywall/proposal.ts';
import type { Receipt } from '../../../src/paywall/settlement.ts';
import type { Earner } from '../../../src/paywall/store.ts';
import type { KeyedToken } from '../../../src/paywall/token.ts';
import type { Upstream } from '../../../src/paywall/upstream.ts';

/** Events, tokens and receipts, each with only what a test cares about. */
export const OWNER = 'alice';
export const PAYWALL: PaywallId = 'pw_1';
/** The node that makes invoices, and is paid. */
export const NODE: Earner = { node: 'node', real: true };

export function paywall(more: Partial<Paywall> = {}): Paywall {
  const policy = { fixedAmountMsats: msat(10_000), usesPerToken: null } as Paywall['policy'];
  return {
    id: PAYWALL,
    owner: OWNER,
    name: 'Reports',
    description: 'msat:5',
    status: 'active',
    opened: true,
    policy,
    routes: [],
    metadata: { a: 'b' },
    approved: { routes: [], policy },
    createdAt: 1,
    updatedAt: 1,
    ...more,
  };
}

export function created(more: Partial<Paywall> = {}, at = 1): NewPaywallEvent {
  const made = paywall(more);
  const by = { kind: 'human', via: 'terminal' } as const;
  return { kind: 'paywall_created', at, owner: made.owner, paywall: made, by };
}

export function paused(at: number): NewPaywallEvent {
  const by = { kind: 'agent', caller: 'a test' } as const;
  return { kind: 'paywall_paused', at, owner: OWNER, paywall: paywall({ status: 'paused' }), by };
}

export function proposal(more: Partial<Proposal> = {}): Proposal {
  return {
    id: 'prop_1',
    owner: OWNER,
    command: { kind: 'pause', input: { paywallId: PAYWALL } },
    paywallId: PAYWALL,
    routeIds: [],
    subject: PAYWALL,
    widens: ['It becomes public.'],
    digest: 'sha256:0',
    caller: 'a test',
    askedAt: 1,
    expiresAt: 1000,
    ...more,
  };
}

export function proposed(more: Partial<Proposal> = {}): NewPaywallEvent {
  const made = proposal(more);
  return { kind: 'change_proposed', at: made.askedAt, owner: made.owner, proposal: made };
}

export function added(
  more: Partial<Upstream> = {},
  secret = { 'x-key': 'canary' },
): NewPaywallEvent {
  const upstream: Upstream = {
    owner: OWNER,
    name: 'api',
    url: 'http://127.0.0.1:3000',
    headerNames: Object.keys(secret),
    timeoutMs: 1000,
    registeredAt: 1,
    ...more,
  };
  return { kind: 'upstream_added', at: 1, owner: upstream.owner, upstream, secret };
}

export function token(more: Partial<KeyedToken> = {}): KeyedToken {
  return {
    id: sha256(randomBytes(8)),
    paymentHash: sha256(randomBytes(8)),
    owner: OWNER,
    paywallId: PAYWALL,
    routeId: 'route_1',
    amount: msat(10_000),
    node: 'node',
    mintedAt: 1000,
    invoiceExpiresAt: 2000,
    expiresAt: 3000,
    rootKey: new Uint8Array(randomBytes(32)),
    ...more,
  };
}

export function receipt(index: number, paymentHash: string, more: Partial<Receipt> = {}): Receipt {
  return { index: BigInt(index), paymentHash, amount: msat(10_000), settledAt: 1500, ...more };
}
