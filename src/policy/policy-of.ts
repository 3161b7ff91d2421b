import { digestOf, MINUTE, type Msat, sats } from '../base/index.ts';
import { type ParsedSettings, parseSettings } from './parse-settings.ts';
import type { NodeRules, Policy } from './policy.ts';
import { sellerPolicyOf, sellerSettingsOf } from './seller.ts';
import type { Settings } from './settings.ts';

/** The BOLT11 prefix of each network. */
const PREFIXES = { mainnet: 'bc', testnet: 'tb', signet: 'tbs', regtest: 'bcrt' } as const;
const NAMES = { bc: 'mainnet', tb: 'testnet', tbs: 'signet', bcrt: 'regtest' } as const;

/** The network of a policy, as the settings and lnd name it. */
export function networkOf({ network }: Pick<Policy, 'network'>): Settings['network'] {
  return NAMES[network];
}

/** What the settings decide about money and hosts: sats become msat, minutes become ms. */
export function policyOf(settings: Settings): Policy {
  const { caps, fees, hosts, approvals, payments } = settings;
  return {
    network: PREFIXES[settings.network],
    wallet: settings.wallet.kind,
    lnd: settings.wallet.kind === 'lnd' ? nodeRulesOf(settings) : undefined,
    paused: settings.paused,
    caps: {
      request: sats(caps.requestSats),
      host: sats(caps.hostSats),
      hour: sats(caps.hourSats),
      day: sats(caps.daySats),
      total: sats(caps.totalSats),
    },
    fees: { base: sats(fees.baseSats), percent: fees.percent },
    hosts,
    // Named by its pattern, so that a rule keeps what it spent when its sums are edited.
    autoApprove: settings.autoApprove.map(rule => ({
      grant: `rule:${rule.host}`,
      host: rule.host,
      each: sats(rule.maxSats),
      day: sats(rule.maxSatsPerDay),
    })),
    approvals: {
      expiresMs: approvals.expiresMinutes * MINUTE,
      maxPending: approvals.maxPending,
      maxPerHour: approvals.maxPerHour,
      coolDownMs: approvals.coolDownMinutes * MINUTE,
    },
    payments,
    seller: sellerPolicyOf(settings),
  };
}

function nodeRulesOf({ lnd }: Settings): NodeRules {
  const { mode, address, binary, peers, feeUrl, backupDirectory } = lnd;
  return { mode, address, binary, peers, feeUrl, backupDirectory };
}

/**
 * The settings whose policy is this one, and otherwise like `base`: what `policyOf` does, undone. Has issues for
 * a policy that no settings can state, such as one with a list that is too long.
 */
export function settingsOf(policy: Policy, base: Settings): ParsedSettings {
  const { caps, fees, hosts, approvals, payments, paused } = policy;
  return parseSettings({
    ...base,
    network: networkOf(policy),
    wallet: { kind: policy.wallet },
    lnd: { ...base.lnd, ...policy.lnd },
    paused,
    caps: {
      requestSats: inSats(caps.request),
      hostSats: inSats(caps.host),
      hourSats: inSats(caps.hour),
      daySats: inSats(caps.day),
      totalSats: inSats(caps.total),
    },
    fees: { baseSats: inSats(fees.base), percent: fees.percent },
    hosts,
    autoApprove: policy.autoApprove.map(({ host, each, day }) => ({
      host,
      maxSats: inSats(each),
      maxSatsPerDay: inSats(day),
    })),
    approvals: {
      expiresMinutes: approvals.expiresMs / MINUTE,
      maxPending: approvals.maxPending,
      maxPerHour: approvals.maxPerHour,
      coolDownMinutes: approvals.coolDownMs / MINUTE,
    },
    payments,
    seller: sellerSettingsOf(policy.seller),
  });
}

function inSats(amount: Msat): number {
  return Number(amount / 1000n);
}

/** The digest that ties an approval to the policy under which it was given: `sha256:` and hex. */
export function policyHash(policy: Policy): string {
  return digestOf(policy);
}
