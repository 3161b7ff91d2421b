import { ok, type Result, refuse } from '../../base/index.ts';
import { showIssue } from '../../policy/index.ts';
import type { Changed, SettingsNow } from '../settings/index.ts';
import { provePin } from './pin-entry.ts';
import type { Rules } from './rules.ts';
import type { Session } from './session.ts';
import { stated } from './stated.ts';

/** Shows the human what the file loosens and, on their PIN, makes what was shown count. */
export async function confirmSettings(
  session: Session,
  { pin, settings }: Rules,
  shown: SettingsNow,
): Promise<Result<void>> {
  session.output.remark(looseningText(shown));
  const proof = await provePin(session, pin);
  return proof.ok ? resultOf(await settings.confirm(shown)) : proof;
}

/** What the file allows beyond what was confirmed, path by path with its value. */
export function looseningText({ settings, unconfirmed }: SettingsNow): string {
  if (unconfirmed.length === 0) return 'The file allows nothing beyond what was confirmed.';
  const lines = unconfirmed.map(path => `  ${path} = ${JSON.stringify(stated(settings, path))}`);
  return ['The file allows more than was confirmed:', ...lines].join('\n');
}

/** A change of the settings that was not made, as a refusal with every issue. */
export function resultOf(changed: Changed): Result<void> {
  if (changed.ok) return ok(undefined);
  return refuse('settings_invalid', changed.issues.map(showIssue).join(' '));
}
