import { policyHash, policyOf, type Settings, settingsOf, strictest } from '../../policy/index.ts';

/**
 * The confirmed settings with all that a sound file tightens, and nothing that it loosens; undefined if that
 * changes nothing. Once confirmed, a tightening is undone by a human's word only. What the same file loosens
 * does not hold it up: else an agent that loosens first could undo all that is tightened after.
 */
export function tightened(confirmed: Settings, stated: Settings): Settings | undefined {
  const allowed = policyOf(confirmed);
  const asked = policyOf(stated);
  // Money of another node stops all payments until a human confirms it; that stop is no setting of theirs to keep.
  const policy = { ...strictest(allowed, asked), paused: allowed.paused || asked.paused };
  if (policyHash(policy) === policyHash(allowed)) return undefined;
  // Lists that no file could state, such as of no host at all, stay as they were confirmed.
  const { hosts } = policy;
  for (const some of [hosts, { ...hosts, allow: allowed.hosts.allow }, allowed.hosts]) {
    const written = settingsOf({ ...policy, hosts: some }, stated);
    if (written.ok) return isSame(written.settings, confirmed) ? undefined : written.settings;
  }
  return undefined;
}

function isSame(one: Settings, other: Settings): boolean {
  return policyHash(policyOf(one)) === policyHash(policyOf(other));
}
