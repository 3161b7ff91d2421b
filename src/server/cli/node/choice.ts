import { ok, type Result, refuse } from '../../../base/index.ts';
import { type Settings, showIssue } from '../../../policy/index.ts';
import { confirmSettings } from '../confirmation.ts';
import type { Rules } from '../rules.ts';
import type { Session } from '../session.ts';
import { needsPin } from './real-money.ts';

/** What of the settings decides which node is used. */
export interface Choice {
  readonly network: Settings['network'];
  readonly lnd: Partial<Pick<Settings['lnd'], 'mode' | 'address'>>;
}

/**
 * Has the settings name a node; one whose money is real not without a PIN: `pin_required`. Where a PIN is set, a human
 * who typed it has to agree to what that loosens; true if they were asked for it.
 */
export async function chooseNode(
  session: Session,
  rules: Rules,
  { network, lnd }: Choice,
): Promise<Result<boolean>> {
  const unguarded = network === 'mainnet' ? await needsPin(session, rules.pin) : undefined;
  if (unguarded !== undefined) return unguarded;
  const changed = await rules.settings.write(stated => {
    Object.assign(stated, { network, wallet: { ...stated.wallet, kind: 'lnd' } });
    stated.lnd = { ...stated.lnd, ...lnd };
  });
  if (!changed.ok) return refuse('settings_invalid', changed.issues.map(showIssue).join(' '));
  const now = rules.settings.read();
  if (now.unconfirmed.length === 0) return ok(false);
  const confirmed = await confirmSettings(session, rules, now);
  return confirmed.ok ? ok(true) : confirmed;
}
