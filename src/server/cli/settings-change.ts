import { ok, type Refused, type Result, refuse } from '../../base/index.ts';
import {
  type Policy,
  policyOf,
  type SettingsIssue,
  showIssue,
  type WrittenSettings,
} from '../../policy/index.ts';
import type { SettingsNow } from '../settings/index.ts';
import { confirmSettings, looseningText, resultOf } from './confirmation.ts';
import { provePin } from './pin-entry.ts';
import type { Rules } from './rules.ts';
import type { Session } from './session.ts';

/** A change of the settings that a human agreed to, and that is made once all that it is for has come to pass. */
export interface AgreedChange {
  /** What counts from then on. */
  readonly policy: Policy;
  /** Whether the human typed the PIN for it. */
  readonly isProved: boolean;
  /** Refused where somebody else changed the settings meanwhile: what nobody was shown is not confirmed. */
  make(): Promise<Result<void>>;
}

/** Has a human agree to what a change of the settings loosens, by the PIN where one is set. Changes nothing yet. */
export async function agreeToChange(
  session: Session,
  { pin, settings }: Pick<Rules, 'pin' | 'settings'>,
  change: (stated: WrittenSettings) => void,
): Promise<Result<AgreedChange>> {
  const preview = await settings.preview(change);
  if (!preview.ok) return broken(preview.issues);
  const { now } = preview;
  const isProved = now.unconfirmed.length > 0;
  if (isProved) session.output.remark(looseningText(now));
  const proof = isProved ? await provePin(session, pin) : ok(undefined);
  if (!proof.ok) return proof;
  if (now.broken && !isProved) return broken(now.issues);
  const make: AgreedChange['make'] = async () => {
    const changed = resultOf(await settings.write(change));
    if (!changed.ok) return changed;
    return isProved ? resultOf(await settings.confirm(now)) : ok(undefined);
  };
  return ok({ policy: policyOf(now.settings), isProved, make });
}

/** A setting that was changed, and whether that counts yet; a human who is asked and does not confirm leaves it saved. */
export interface SavedSetting {
  readonly now: SettingsNow;
  readonly confirmed: Result<void>;
}

/** Changes one setting in the file, as if it had been edited; what that loosens counts only on the PIN. */
export async function saveSetting(
  session: Session,
  rules: Rules,
  path: string,
  typed: string,
): Promise<Result<SavedSetting>> {
  const changed = await rules.settings.set(path, typed);
  if (!changed.ok) {
    const why = changed.issues.map(showIssue).join(' ');
    return refuse('invalid_input', `${why} settings.json was not changed.`);
  }
  const now = rules.settings.read();
  const waits = now.unconfirmed.some(each => overlaps(each, path));
  const confirmed = waits ? await confirmSettings(session, rules, now) : ok(undefined);
  return ok({ now: confirmed.ok ? rules.settings.read() : now, confirmed });
}

function broken(issues: readonly SettingsIssue[]): Refused {
  return refuse('settings_invalid', issues.map(showIssue).join(' '));
}

/** Whether one path is the other, or lies in it: then setting the one touched the other. */
function overlaps(one: string, other: string): boolean {
  return `${one}.`.startsWith(`${other}.`) || `${other}.`.startsWith(`${one}.`);
}
