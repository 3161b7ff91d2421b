import * as z from 'zod';
import type { Msat } from '../base/index.ts';
import { line, priceMsats } from './field.ts';
import { PATTERN_CHARS } from './route.ts';

/** What a paywall's owner asks and gives: price, quota, and what one payment buys. */
export interface PaywallPolicy {
  readonly pricingMode: 'fixed';
  /** What one token costs where its route names no price of its own. */
  readonly fixedAmountMsats: Msat;
  /** No price of the paywall may be above it. */
  readonly maxPerRequestMsats: Msat | undefined;
  /** The only hosts that its routes may be on; empty means all that the operator allows. */
  readonly allowedHosts: readonly string[];
  /** Hosts that none of its routes may be on. */
  readonly blockedHosts: readonly string[];
  /** The most requests that are let through, paid and free; undefined means no limit. */
  readonly quotaPerMinute: number | undefined;
  /** By days of UTC. */
  readonly quotaPerDay: number | undefined;
  /** Keeps the paywall paused, whoever resumes it. */
  readonly killSwitch: boolean;
  /** How many requests a client gets for nothing each day (UTC). */
  readonly freeRequestsPerDay: number;
  /** How many requests one payment buys; null for any number until the token ends. */
  readonly usesPerToken: number | null;
  /** How long a token is good for after the time to pay for it, ms. */
  readonly tokenTtlMs: number;
  /** Whether a token is for the very path that was asked for, or for all of its route. */
  readonly tokenScope: 'path' | 'route';
  /** Whether a token is for the method that was asked with. */
  readonly bindMethod: boolean;
  /** Whether a token is for the very body that was asked with. */
  readonly bindBody: boolean;
}

const hosts = z.array(line(1, PATTERN_CHARS)).max(50);
const quota = (most: number) => z.int().min(1).max(most);

/** A paywall's policy as a caller writes it. */
export const policyInput = z.strictObject({
  pricingMode: z.literal('fixed').optional(),
  fixedAmountMsats: priceMsats.describe('The price of one payment'),
  maxPerRequestMsats: priceMsats.optional().describe('No route may cost more'),
  allowedHosts: hosts.optional().describe('Only these hosts'),
  blockedHosts: hosts.optional().describe('Never these hosts'),
  quotaPerMinute: quota(1_000_000).optional(),
  quotaPerDay: quota(1_000_000_000).optional(),
  killSwitch: z.boolean().optional().describe('true forces the paywall to be paused'),
  freeRequestsPerDay: z.int().min(0).max(1000).optional().describe('Free requests a client'),
  usesPerToken: z
    .int()
    .min(1)
    .max(1_000_000)
    .nullable()
    .optional()
    .describe('Requests one payment buys, default 1; null: any number until it ends'),
  tokenTtlSeconds: z.int().min(60).max(2_592_000).optional().describe('Default 3600'),
  tokenScope: z.enum(['path', 'route']).optional().describe('What a token opens, default path'),
  bindMethod: z.boolean().optional(),
  bindBody: z.boolean().optional(),
});
/** A paywall's policy as a caller writes it. */
export type PolicyInput = z.output<typeof policyInput>;
