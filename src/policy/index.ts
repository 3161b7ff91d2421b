export { accessOf, mayContact } from './access.ts';
export { roomLeft } from './budget.ts';
export { type Decision, decide, type Matter } from './decision.ts';
export { canonicalHost, matchesHost } from './host.ts';
export {
  type ParsedSettings,
  parseSettings,
  parseSettingsJson,
  parseSettingsText,
} from './parse-settings.ts';
export { type Allowance, isRealMoney, type NodeRules, type Policy, purseOf } from './policy.ts';
export { networkOf, policyHash, policyOf, settingsOf } from './policy-of.ts';
export { type Reservation, reservable } from './reservation.ts';
export { maySellOn, type SellerPolicy } from './seller.ts';
export { defaultSettings, type Settings, type WrittenSettings } from './settings.ts';
export { settingsDocs } from './settings-docs.ts';
export { type SettingsIssue, showIssue } from './settings-issue.ts';
export type { Spending } from './spending.ts';
export { loosens, strictest } from './strictest.ts';
