import { randomUUID } from 'node:crypto';
import { msat, ok, type Result, refuse, SECOND, showSats } from '../../../base/index.ts';
import { type Egress, type Exchanged, openEgress } from '../../../http/index.ts';
import {
  type Challenge,
  formatCredential,
  parseChallenge,
  termsOf,
  unlocks,
} from '../../../l402/index.ts';
import type { Terms } from '../../../l402/terms.ts';
import type { Paywall } from '../../../paywall/index.ts';
import type { Tollkeeper } from '../../compose.ts';
import { LOCAL_OWNER } from '../../owner.ts';
import { needsHuman, type Session } from '../session.ts';
import { missed, type Seen, seen } from './report.ts';
import type { Trial } from './where.ts';

/** How long the gateway and its upstream have for one answer, ms. */
const ANSWER_MS: number = 30 * SECOND;
/** How long the payment has to be booked, ms. */
const BOOKING_MS: number = 15 * SECOND;
const MOST_BYTES = 10_000_000;

/** What a check works with. */
export interface Checking {
  readonly session: Session;
  readonly tollkeeper: Tollkeeper;
  readonly paywall: Paywall;
  readonly trial: Trial;
}

/** A demand for payment that was understood. */
interface Demand {
  readonly challenge: Challenge;
  readonly terms: Terms;
}

/** Buys from a paywall as a stranger would, step by step, and tells of each as it is over; stops at the first that fails. */
export async function* check(checking: Checking): AsyncGenerator<Seen> {
  const { trial } = checking;
  const limits = { totalMs: ANSWER_MS, idleMs: ANSWER_MS, connectMs: 5 * SECOND };
  const egress = openEgress(
    { ...limits, maxBodyBytes: MOST_BYTES, maxRedirects: 0 },
    { resolve: trial.resolve },
  );
  try {
    const asked = await ask(egress, trial);
    if (!asked.ok && !asked.reached) return yield unreached(checking);
    const demand = await demanded(checking, asked);
    if (!demand.ok) return yield missed('challenge', demand);
    const { terms, challenge } = demand.value;
    yield seen('challenge', `HTTP 402, ${showSats(terms.amount)}`);
    const preimage = await paid(checking, demand.value);
    if (!preimage.ok) return yield missed('payment', preimage);
    yield seen('payment', `${showSats(terms.amount)}, payment hash ${terms.paymentHash}`);
    const credential = formatCredential({ ...challenge, preimage: preimage.value });
    const answer = answered(await ask(egress, trial, credential));
    yield answer;
    if (answer.ok) yield await settled(checking, terms.paymentHash);
  } finally {
    await egress.close();
  }
}

function unreached({ session: { home }, trial }: Checking): Seen {
  const { host } = new URL(trial.url);
  const text = `No gateway answers for ${host}. Start it with: ${home.command('gateway')}`;
  return { step: 'challenge', ok: false, text };
}

function ask(egress: Egress, { url, method }: Trial, authorization?: string): Promise<Exchanged> {
  const outgoing = { url, method, headers: {}, redirects: 'refuse' } as const;
  const judge = () => ok({ privateAddresses: true, plainHttp: true });
  return egress.exchange(
    authorization === undefined ? outgoing : { ...outgoing, authorization },
    judge,
  );
}

async function demanded(
  { tollkeeper: { clock, means } }: Checking,
  got: Exchanged,
): Promise<Result<Demand>> {
  if (!got.ok) return got;
  const { status, challenges } = got.value;
  if (status !== 402) {
    return refuse('ChallengeParseError', `It answered HTTP ${status}, not 402.`);
  }
  const challenge = parseChallenge(challenges);
  if (!challenge.ok) return challenge;
  const { policy } = await means.house();
  const terms = termsOf(challenge.value, { network: policy.network, now: clock.now() });
  return terms.ok ? ok({ challenge: challenge.value, terms: terms.value }) : terms;
}

/** Pays with sandbox money; real money only a human moves, with a wallet of their own. */
async function paid(
  { session, tollkeeper: { means } }: Checking,
  { challenge, terms }: Demand,
): Promise<Result<string>> {
  const { text: invoice } = challenge.invoice;
  const wallet = await means.wallet();
  const { kind } = await wallet.status();
  if (kind !== 'sandbox') return typedPreimage(session, invoice, terms);
  const { paymentHash, amount } = terms;
  const payment = { paymentHash, invoice, amount, feeLimit: msat(0), attemptId: randomUUID() };
  const outcome = await wallet.pay({ ...payment, waitMs: ANSWER_MS });
  if (outcome.kind === 'settled') return ok(outcome.preimage);
  return outcome.kind === 'failed' ? refuse(outcome.code) : refuse('PAYMENT_PENDING');
}

/** A node cannot pay itself: a human pays with another wallet, and types what that shows. */
async function typedPreimage(
  session: Session,
  invoice: string,
  { paymentHash }: Terms,
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

function answered(got: Exchanged): Seen {
  if (!got.ok) return missed('answer', got);
  const { status, bytes } = got.value;
  const text = `HTTP ${status}, ${bytes.length} bytes`;
  const isPassed = status < 400;
  return isPassed
    ? seen('answer', text)
    : { step: 'answer', ok: false, text: `${text}: the upstream, or the gateway, refused.` };
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
      return { step: 'settlement', ok: false, text };
    }
    await store.news.after(mark, left);
  }
}
