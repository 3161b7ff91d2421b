import { refuse } from '../base/index.ts';
import { unlocks } from '../l402/index.ts';
import type { Bought, Quote } from './fact.ts';
import { type Purchase, purchaseOf } from './purchase.ts';
import type { Decide } from './record.ts';
import { requestKey } from './request.ts';
import type { PayFailure, PayOutcome } from './wallet.ts';

/**
 * T2: the preimage, the true cost and the credential become one fact, and what the reservation held
 * too much is free again. A preimage that does not belong to the invoice settles nothing: the sum
 * stays held until a human has looked. `ttlMs` is how long the cache may keep the credential.
 */
export function settle(outcome: Extract<PayOutcome, { kind: 'settled' }>, ttlMs: number): Decide {
  return (facts, _books, now) => {
    const purchase = purchaseOf(facts);
    const { reserved, challenged, doubted } = purchase;
    if (reserved === undefined || challenged === undefined) return refuse('invalid_transition');
    const { amount, fee, preimage } = outcome;
    if (!unlocks(preimage, reserved.paymentHash)) {
      return doubted ? [] : [{ kind: 'doubted', at: now, code: 'PREIMAGE_MISMATCH' }];
    }
    const credential = boughtBy(purchase, challenged.quote, now, ttlMs);
    return [{ kind: 'settled', at: now, amount, fee, credential, secret: { preimage } }];
  };
}

/** T3: the wallet said, finally, that nothing was paid; the sum is free again. */
export function release(code: PayFailure): Decide {
  return (_facts, _books, now) => [{ kind: 'released', at: now, code }];
}

function boughtBy({ requested }: Purchase, quote: Quote, now: number, ttlMs: number): Bought {
  const { request, wishes } = requested;
  const { origin, url, wide, tokenEndsAt: endsAt } = quote;
  const wished = now + Math.min(ttlMs, wishes.cacheTtlMs ?? ttlMs);
  const cachedUntil = Math.min(wished, endsAt ?? wished);
  const { method, scope } = request;
  const key = requestKey(request);
  return { key, origin, scope, method, url, wide, cachedUntil, endsAt };
}
