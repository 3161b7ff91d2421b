import { asTollkeeperError, ok, type Refused, type Result, refuse } from '../../../base/index.ts';
import { isRealMoney, type Policy, purseOf } from '../../../policy/index.ts';
import type { Pin } from '../../../secrets/index.ts';
import { mainnetConsent } from '../../mainnet.ts';
import { consent, type Plea } from '../consent.ts';
import { provePin } from '../pin-entry.ts';
import { needsHuman, type Session } from '../session.ts';
import type { NodeDesk } from './desk.ts';

/** What has to be typed, letter by letter: a habit of pressing Enter or y does not get there. */
const WORDS = 'this is real money';

/**
 * Where money is real, has a human type that they know, and the PIN, unless they just did (`isProved`). Anywhere else
 * nothing is asked.
 */
export async function confirmRealMoney(
  session: Session,
  { pin, sealer }: Pick<NodeDesk, 'pin' | 'sealer'>,
  policy: Policy,
  isProved: boolean,
): Promise<Result<void>> {
  if (!isRealMoney(policy)) return ok(undefined);
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
  await mainnetConsent(session.home, sealer).give(purseOf(policy));
  return ok(undefined);
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
  { pin, sealer, now }: Pick<NodeDesk, 'pin' | 'sealer' | 'now'>,
  plea: Plea,
): Promise<Result<boolean>> {
  try {
    await mainnetConsent(session.home, sealer).demand(now.policy, pin);
  } catch (thrown) {
    const { code, detail } = asTollkeeperError(thrown);
    return refuse(code, detail);
  }
  return consent(session, pin, plea);
}
