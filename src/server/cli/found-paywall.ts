import { ok, type Result, refuse } from '../../base/index.ts';
import { isPaywallId, type Paywall } from '../../paywall/index.ts';
import type { Tollkeeper } from '../compose.ts';
import { LOCAL_OWNER } from '../owner.ts';

/** The paywall that a human means: by its id, or by its name where only one has that. */
export async function paywallMeant({ seller }: Tollkeeper, text: string): Promise<Result<Paywall>> {
  if (isPaywallId(text)) return seller.paywall(LOCAL_OWNER, text);
  const all = await seller.paywalls(LOCAL_OWNER);
  const named = all.filter(({ name, status }) => name === text && status !== 'archived');
  const [found] = named;
  if (found === undefined) return refuse('paywall_not_found');
  if (named.length === 1) return ok(found);
  return refuse(
    'invalid_input',
    `That name is of several: ${named.map(({ id }) => id).join(', ')}.`,
  );
}
