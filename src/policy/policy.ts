import type { AllowanceId, Msat } from '../base/index.ts';
import type { SellerPolicy } from './seller.ts';

/** A bounded permission that a human gave while approving: this host, up to so much, until then. */
export interface Allowance {
  readonly id: AllowanceId;
  readonly host: string;
  readonly limit: Msat;
  readonly expiresAt: number;
}

/** A rule by which the operator lets small purchases pass without asking. Its `grant` names it in the books. */
export interface AutoApproval {
  readonly grant: string;
  readonly host: string;
  readonly each: Msat;
  readonly day: Msat;
}

/** The settings of a node by which its money could end up with somebody else: changing one is loosening. */
export interface NodeRules {
  readonly mode: 'supervised' | 'remote';
  readonly address: string;
  readonly binary: { readonly path: string; readonly sha256: string };
  readonly peers: readonly string[];
  readonly feeUrl: string;
  readonly backupDirectory: string;
}

/** What the operator decided, parsed: the only thing that decisions read of the settings. */
export interface Policy {
  /** The BOLT11 prefix that may be paid, without `ln`. */
  readonly network: 'bc' | 'tb' | 'tbs' | 'bcrt';
  readonly wallet: 'sandbox' | 'lnd';
  /** Who holds the money of an lnd wallet; undefined for the sandbox. */
  readonly lnd: NodeRules | undefined;
  readonly paused: boolean;
  /** Fees in. `host` is per host in 24 h. */
  readonly caps: {
    readonly request: Msat;
    readonly host: Msat;
    readonly hour: Msat;
    readonly day: Msat;
    /** Ever, of one record. */
    readonly total: Msat;
  };
  /** The fee limit of a payment is `base` plus `percent` of its amount, as far as the caps leave room. */
  readonly fees: { readonly base: Msat; readonly percent: number };
  readonly hosts: {
    /** Patterns; empty allows every host that is not blocked. */
    readonly allow: readonly string[];
    readonly block: readonly string[];
    /** Hosts that may be private addresses and plain http. */
    readonly private: readonly string[];
    /** Public hosts that may be plain http. */
    readonly plainHttp: readonly string[];
    /** Host patterns for which methods other than GET and HEAD need no approval before they are sent. */
    readonly methods: readonly { readonly host: string; readonly methods: readonly string[] }[];
  };
  readonly autoApprove: readonly AutoApproval[];
  readonly approvals: {
    readonly expiresMs: number;
    readonly maxPending: number;
    readonly maxPerHour: number;
    readonly coolDownMs: number;
  };
  readonly payments: { readonly maxInFlight: number; readonly maxInFlightPerHost: number };
  readonly seller: SellerPolicy;
}

/** Whether the wallet's money is worth anything: told by the settings, so also of a wallet that is down. */
export function isRealMoney({ network }: Pick<Policy, 'network'>): boolean {
  return network === 'bc';
}

/**
 * Names whose money it is: a payment that one purse was handed can only be asked about there. Another purse knows
 * nothing of it, which would be taken for proof that it was never sent.
 */
export function purseOf({
  wallet,
  network,
  lnd,
}: Pick<Policy, 'wallet' | 'network' | 'lnd'>): string {
  if (lnd === undefined) return wallet;
  return lnd.mode === 'remote' ? `lnd/${network}/${lnd.address}` : `lnd/${network}`;
}
