import { SECOND, showSats } from '../../../base/index.ts';
import { type Exchanged, openEgress } from '../../../http/index.ts';
import { formatCredential } from '../../../l402/index.ts';
import { LOCAL_OWNER } from '../../owner.ts';
import { ask, type Checking } from './checking.ts';
import { demanded } from './demand.ts';
import { paid } from './payment.ts';
import { failed, missed, type Seen, seen } from './report.ts';
import { whyRefused } from './why.ts';

/** How long the gateway and its upstream have for one answer, ms. */
const ANSWER_MS: number = 30 * SECOND;
/** How long the payment has to be booked, ms. */
const BOOKING_MS: number = 15 * SECOND;
const MOST_BYTES = 10_000_000;

/** Buys from a paywall as a stranger would, step by step, and tells of each as it is over; stops at the first that fails. */
export async function* check(checking: Checking): AsyncGenerator<Seen> {
  const { session, trial } = checking;
  const limits = { totalMs: ANSWER_MS, idleMs: ANSWER_MS, connectMs: 5 * SECOND };
  const egress = openEgress(
    { ...limits, maxBodyBytes: MOST_BYTES, maxRedirects: 0 },
    { resolve: trial.resolve },
  );
  try {
    const demand = await demanded(egress, checking);
    if ('step' in demand) return yield demand;
    const { terms, challenge, free } = demand;
    if (free > 0) yield seen('free', `${free} of a day’s free requests, used up first`);
    yield seen('challenge', `HTTP 402, ${showSats(terms.amount)}`);
    const preimage = await paid(checking, demand);
    if (!preimage.ok) return yield missed(session.home, 'payment', preimage);
    yield seen('payment', `${showSats(terms.amount)}, payment hash ${terms.paymentHash}`);
    const credential = formatCredential({ ...challenge, preimage: preimage.value });
    const answer = answered(checking, await ask(egress, trial, credential));
    yield answer;
    if (answer.ok) yield await settled(checking, terms.paymentHash);
  } finally {
    await egress.close();
  }
}

function answered(checking: Checking, got: Exchanged): Seen {
  if (!got.ok) return missed(checking.session.home, 'answer', got);
  const { status, bytes } = got.value;
  return status < 400
    ? seen('answer', `HTTP ${status}, ${bytes.length} bytes`)
    : whyRefused(checking, got.value);
}

/** Waits until the payment is in the books of the paywall. */
async function settled(
  { tollkeeper: { clock, store }, paywall }: Checking,
  paymentHash: string,
): Promise<Seen> {
  const query = { owner: LOCAL_OWNER, paywallId: paywall.id, limit: 50 };
  const until = clock.now() + BOOKING_MS;
  for (;;) {
    const mark = store.news.mark();
    const page = await store.paywalls.takings.list(query);
    const found = page.find(each => each.paymentHash === paymentHash);
    if (found !== undefined) return seen('settlement', `${showSats(found.amount)}, booked`);
    const left = until - clock.now();
    if (left <= 0) {
      const text = 'The payment was not booked; the process that runs the gateway does that.';
      return failed('settlement', text);
    }
    await store.news.after(mark, left);
  }
}
