import { ok, type Result, refuse } from '../base/index.ts';
import type { Decision } from '../policy/index.ts';
import { mayContact } from '../policy/index.ts';
import type { Quote } from './fact.ts';
import { decisionOf } from './judge.ts';
import type { Means } from './means.ts';
import type { Order } from './order.ts';
import { quoteOf } from './quote.ts';
import { hostOf, isSafe } from './request.ts';
import type { Ledger } from './store.ts';

/** What a seller asks and what the policy would say to it; or an answer that costs nothing. */
export type Offer =
  | { readonly kind: 'free'; readonly status: number }
  | { readonly kind: 'quoted'; readonly quote: Quote; readonly decision: Decision };

/** Asks a seller for its price with one unpaid GET or HEAD. Nothing is recorded and nothing is paid. */
export async function askOffer(
  { egress, house, clock, ledger }: Pick<Means, 'egress' | 'house' | 'clock'> & { ledger: Ledger },
  { request, wishes, caller }: Order,
): Promise<Result<Offer>> {
  const rules = await house();
  const { method, url, headers, owner } = request;
  if (!isSafe(method)) return refuse('invalid_input', 'method: only GET and HEAD are quoted.');
  const may = mayContact(rules.policy, { host: hostOf(request), method });
  if (typeof may === 'object') return may;
  const outgoing = { url, method, headers, redirects: 'follow' } as const;
  const exchanged = await egress.exchange(outgoing, rules.judge);
  if (!exchanged.ok) return exchanged;
  const { status } = exchanged.value;
  if (status !== 402) return ok({ kind: 'free', status });
  const now = clock.now();
  const quoted = quoteOf(exchanged.value, rules.policy.network, now);
  if (!quoted.ok) return quoted;
  const { quote } = quoted.value;
  const books = await ledger.books({ owner, host: hostOf(quote), now });
  const facts = [
    { kind: 'requested', at: now, request, wishes, caller },
    { kind: 'challenged', at: now, quote },
  ] as const;
  return ok({ kind: 'quoted', quote, decision: decisionOf(facts, books, now, rules) });
}
