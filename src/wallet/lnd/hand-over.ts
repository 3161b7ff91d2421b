import type { AuthenticatedLnd } from 'ln-service';
import { type Clock, MINUTE, SECOND } from '../../base/index.ts';
import type { Network } from '../../l402/index.ts';
import { failureOf, STATUS, stream } from '../../node/index.ts';
import type { Payment, PayOutcome } from '../../task/wallet.ts';
import { isPayable } from '../payable.ts';
import { untilAwake } from './awake.ts';
import { type Following, follow } from './following.ts';
import { refusalOf } from './refusal.ts';
import { isReady, selfOf } from './self.ts';
import { track } from './track.ts';

/** How long an answer may be relied on that lnd does not know a hash, ms: shorter than a dead process's lease. */
const FRESH_MS: number = 5 * SECOND;
/** The most parts that a payment is split into: lnd's own default. */
const MOST_PARTS = 16;

/** A payment on its way to lnd, and what has to hold for it to be sent. */
export interface HandOver {
  readonly payment: Payment;
  readonly network: Network;
  readonly clock: Clock;
}

const UNREACHABLE: PayOutcome = { kind: 'unknown', cause: 'unreachable' };
const TIMEOUT: PayOutcome = { kind: 'unknown', cause: 'timeout' };

/**
 * Sees to it that lnd has a payment: follows the one that it knows, or sends it. lnd would begin a failed one anew,
 * which for us is failed for good, its sum free again: hence never a send without a look right before. The look
 * comes before the invoice is judged: one that expired in the meantime must not turn a payment in flight into a
 * failed one. Rejects with gRPC's error.
 */
export async function handOver(
  lnd: AuthenticatedLnd,
  { payment, network, clock }: HandOver,
  over: AbortSignal,
): Promise<Following | PayOutcome> {
  // It may have waited for its turn until nobody waited for it any more.
  over.throwIfAborted();
  await untilAwake(lnd, payment, clock, over);
  const asked = clock.now();
  const [known, self] = await Promise.all([
    track(lnd, payment.paymentHash, over),
    selfOf(lnd, over),
  ]);
  if (known !== undefined) return known;
  if (!isPayable(payment, network, clock.now())) {
    return { kind: 'failed', code: 'INVOICE_INVALID' };
  }
  // A node that lags behind its chain would send, and misjudge how long it has to claim its money back.
  if (!isReady(self, network)) return UNREACHABLE;
  // Whoever was stopped and continued may find that another process has sent it since, and that it failed.
  if (Math.abs(clock.now() - asked) > FRESH_MS) return TIMEOUT;
  return send(lnd, payment, over);
}

async function send(
  lnd: AuthenticatedLnd,
  payment: Payment,
  over: AbortSignal,
): Promise<Following | PayOutcome> {
  const hash = payment.paymentHash;
  try {
    // Never after `over`: what a human was told ended unpaid must not be sent behind their back.
    return await follow(stream(lnd.router, 'sendPaymentV2', requestOf(payment), over));
  } catch (thrown) {
    const failure = failureOf(thrown);
    const code = refusalOf(failure);
    // The other status that is no doubt: lnd has the payment already, and it has not failed.
    if (code === undefined && failure.status !== STATUS.ALREADY_EXISTS) throw thrown;
    // Its own record has the last word: somebody else may have sent it in between.
    const known = await track(lnd, hash, over);
    return known ?? (code === undefined ? UNREACHABLE : { kind: 'failed', code });
  }
}

function requestOf({ invoice, feeLimit, waitMs }: Payment): object {
  return {
    payment_request: invoice,
    fee_limit_msat: String(feeLimit),
    // How long lnd looks for ways; what is on one by then goes on.
    timeout_seconds: Math.ceil(Math.min(Math.max(waitMs, SECOND), MINUTE) / SECOND),
    max_parts: MOST_PARTS,
    no_inflight_updates: false,
    // Whoever asks may die; what becomes of the payment must not hang on that.
    cancelable: false,
    allow_self_payment: false,
  };
}
