import { carriesCredential } from '../l402/index.ts';
import type { Request } from './admit.ts';
import { refused } from './refusal.ts';
import type { Serving } from './serving.ts';
import type { Foreseen, Refusal } from './toll.ts';
import { shortcoming, type Verify } from './verify.ts';

/** Judges what can be judged before a body is there: whatever holds memory has to have been paid for, or be free. */
export async function foresee(
  verify: Verify,
  { rules }: Serving,
  { place, visitor, now }: Request,
): Promise<Foreseen | Refusal> {
  if (!carriesCredential(visitor)) {
    return { kind: 'foreseen', needsBody: place.paywall.policy.freeRequestsPerDay > 0 };
  }
  const verified = await verify(visitor, rules.seller.requireSettled);
  if (!verified.ok) return refused(401, verified);
  // As if the body were the one that the token is for.
  const [bodyDigest] = verified.value.grant.bodyDigests;
  const lacking = shortcoming(verified.value, place, { ...visitor, bodyDigest }, now);
  return { kind: 'foreseen', needsBody: lacking === undefined };
}
