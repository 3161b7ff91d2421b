import { MINUTE } from '../base/index.ts';
import { accessOf, matchesHost } from '../policy/index.ts';
import type { House } from '../task/index.ts';
import type { SettingsNow } from './settings/index.ts';

/** The settings as the task room reads them. */
export function houseOf({ policy, hash, broken, settings }: SettingsNow): House {
  const { credentials } = settings;
  return {
    policy,
    hash,
    broken,
    judge: accessOf(policy),
    credentialTtlMs: credentials.ttlMinutes * MINUTE,
    wantsParameters: host => credentials.parameterForm.some(pattern => matchesHost(pattern, host)),
  };
}
