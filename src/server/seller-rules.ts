import type { SellerRules } from '../paywall/index.ts';
import type { SettingsNow } from './settings/index.ts';

/** The settings as the paywall room reads them. */
export function sellerRulesOf({ policy, hash, broken }: SettingsNow): SellerRules {
  const { seller, approvals } = policy;
  return { seller, approvals, hash, broken };
}
