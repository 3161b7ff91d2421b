import { randomUUID } from 'node:crypto';
import { msat, ok, type Result, refuse, SECOND } from '../../../base/index.ts';
import { unlocks } from '../../../l402/index.ts';
import { needsHuman, type Session } from '../session.ts';
import type { Checking } from './checking.ts';
import type { Demand } from './demand.ts';

/** How long a payment of play money may take, ms. */
const PAYING_MS: number = 30 * SECOND;

/** The preimage: sandbox money pays for it, unless spending is paused; real money only a human moves, with a wallet of their own. */
export async function paid(
  { session, tollkeeper: { means, store } }: Checking,
  { challenge, terms }: Demand,
): Promise<Result<string>> {
  const { text: invoice } = challenge.invoice;
  const wallet = await means.wallet();
  const { kind } = await wallet.status();
  if (kind !== 'sandbox') return typedPreimage(session, invoice, terms.paymentHash);
  const { policy } = await means.house();
  if (policy.paused || (await store.killSwitch.read()) !== undefined) {
    return refuse('global_pause_active');
  }
  const { paymentHash, amount } = terms;
  const payment = { paymentHash, invoice, amount, feeLimit: msat(0), attemptId: randomUUID() };
  const outcome = await wallet.pay({ ...payment, waitMs: PAYING_MS });
  if (outcome.kind === 'settled') return ok(outcome.preimage);
  return outcome.kind === 'failed' ? refuse(outcome.code) : refuse('PAYMENT_PENDING');
}

/** A node cannot pay itself: a human pays with another wallet, and types what that shows. */
async function typedPreimage(
  session: Session,
  invoice: string,
  paymentHash: string,
): Promise<Result<string>> {
  const nobody = needsHuman(session, 'Real money is paid by a human.');
  if (nobody !== undefined) return nobody;
  const { terminal, output } = session;
  output.remark(`Pay this with another wallet:\n${invoice}`);
  const typed = (await terminal.secret('The preimage that it shows'))?.trim().toLowerCase();
  return typed !== undefined && unlocks(typed, paymentHash)
    ? ok(typed)
    : refuse('missing_proof', 'That preimage does not open the payment.');
}
