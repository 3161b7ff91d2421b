import type { Exposure } from './exposure.ts';
import type { PaywallId } from './id.ts';
import type { PaywallPolicy } from './policy.ts';
import type { Route } from './route.ts';

/** What a paywall may be. An archived one is only kept for its books. */
export const PAYWALL_STATUSES = ['active', 'paused', 'archived'] as const;
/** One of these. */
export type PaywallStatus = (typeof PAYWALL_STATUSES)[number];

/** A price on some endpoints of an owner. */
export interface Paywall {
  readonly id: PaywallId;
  readonly owner: string;
  readonly name: string;
  readonly description: string | undefined;
  /** As its owner wants it; the kill switch makes every one inactive, whatever this says. */
  readonly status: PaywallStatus;
  /** Whether it ever was active. A draft, which needs no approval, keeps nobody off what it names. */
  readonly opened: boolean;
  readonly policy: PaywallPolicy;
  /** At least one. */
  readonly routes: readonly Route[];
  readonly metadata: Readonly<Record<string, string>>;
  /** The most that a human said may be public; undefined before, and after a kill. */
  readonly approved: Exposure | undefined;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** Milliseconds since 1970. */
  readonly updatedAt: number;
}
