import type { Result } from '../../../base/index.ts';
import type { Settings } from '../../../policy/index.ts';
import type { Rules } from '../rules.ts';
import type { Session } from '../session.ts';
import { type AgreedChange, agreeToChange } from '../settings-change.ts';
import { needsPin } from './real-money.ts';

/** What of the settings decides which node is used. */
export interface Choice {
  readonly network: Settings['network'];
  readonly lnd: Partial<Pick<Settings['lnd'], 'mode' | 'address'>>;
}

/**
 * Has a human agree that the settings name a node; one whose money is real not without a PIN: `pin_required`. They name
 * it once the rest is done, so that whoever breaks off keeps the wallet that they had.
 */
export async function chooseNode(
  session: Session,
  rules: Rules,
  { network, lnd }: Choice,
): Promise<Result<AgreedChange>> {
  const unguarded = network === 'mainnet' ? await needsPin(session, rules.pin) : undefined;
  return (
    unguarded ??
    agreeToChange(session, rules, stated => {
      Object.assign(stated, { network, wallet: { ...stated.wallet, kind: 'lnd' } });
      stated.lnd = { ...stated.lnd, ...lnd };
    })
  );
}
