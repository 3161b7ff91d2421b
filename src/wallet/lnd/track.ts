import type { AuthenticatedLnd } from 'ln-service';
import { failureOf, STATUS, stream } from '../../node/index.ts';
import { type Following, follow } from './following.ts';

/** Follows the payment of a hash that lnd may know; undefined if it has no record of it. Else rejects with gRPC's error. */
export async function track(
  lnd: AuthenticatedLnd,
  hash: string,
  over: AbortSignal,
): Promise<Following | undefined> {
  const request = { payment_hash: Buffer.from(hash, 'hex'), no_inflight_updates: false };
  try {
    return await follow(stream(lnd.router, 'trackPaymentV2', request, over));
  } catch (thrown) {
    if (failureOf(thrown).status === STATUS.NOT_FOUND) return undefined;
    throw thrown;
  }
}
