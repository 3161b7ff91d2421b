import { asTollkeeperError, ok, type Refused, type Result, refuse } from '../../../base/index.ts';
import { isRealMoney, purseOf } from '../../../policy/index.ts';
import type { Pin } from '../../../secrets/index.ts';
import { mainnetConsent } from '../../mainnet.ts';
import { consent, type Plea } from '../consent.ts';
import { provePin } from '../pin-entry.ts';
import { needsHuman, type Session } from '../session.ts';
import type { AgreedChange } from '../settings-change.ts';
import type { NodeDesk } from './desk.ts';

/** What has to be typed, letter by letter: a habit of pressing Enter or y does not get there. */
const WORDS = 'this is real money';

/** A human's word that money may be real. */
export interface RealMoney {
  /** Keeps it for the node that it was about; any earlier word is for another, and ends. */
  keep(): Promise<void>;
}

/**
 * Where money is real, has a human type that they know, and the PIN, unless they just did (`isProved`). Anywhere else
 * nothing is asked. The word counts once it is kept.
 */
export async function confirmRealMoney(
  session: Session,
  { pin, sealer }: Pick<NodeDesk, 'pin' | 'sealer'>,
  { policy, isProved }: Pick<AgreedChange, 'policy' | 'isProved'>,
): Promise<Result<RealMoney>> {
  if (!isRealMoney(policy)) return ok({ keep: async () => undefined });
  const unguarded = await needsPin(session, pin);
  if (unguarded !== undefined) return unguarded;
  const nobody = needsHuman(session, 'Real money is never allowed by a script.');
  if (nobody !== undefined) return nobody;
  session.output.remark(
    'This is Bitcoin’s main network. What is paid is gone, what the seed guards is yours alone to lose, and an agent will be able to spend within the caps that you set.',
  );
  const typed = await session.terminal.type(`Type “${WORDS}” to go on`);
  if (typed !== WORDS) return refuse('mainnet_unconfirmed');
  const proof = isProved ? ok(undefined) : await provePin(session, pin);
  if (!proof.ok) return proof;
  return ok({ keep: () => mainnetConsent(session.home, sealer).give(purseOf(policy)) });
}

/** Refuses where no PIN guards real money. */
export async function needsPin({ home }: Session, pin: Pin): Promise<Refused | undefined> {
  if (await pin.isSet()) return undefined;
  return refuse(
    'pin_required',
    `Without one, real money is not touched: ${home.command('pin set')}`,
  );
}

/**
 * Has a human agree to what moves the money of the node. Where that is real it is no script's to give: somebody has to
 * have said that it is, and a PIN guards it, which is asked for.
 */
export async function agreeToMove(
  session: Session,
  { pin, sealer, policy }: Pick<NodeDesk, 'pin' | 'sealer' | 'policy'>,
  plea: Plea,
): Promise<Result<boolean>> {
  try {
    await mainnetConsent(session.home, sealer).demand(policy, pin);
  } catch (thrown) {
    const { code, detail } = asTollkeeperError(thrown);
    return refuse(code, detail);
  }
  return consent(session, pin, plea);
}
