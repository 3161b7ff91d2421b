import { least, minus, msat, sha256, showSats } from '../base/index.ts';
import { isRealMoney } from '../policy/index.ts';
import type { Question } from '../task/index.ts';
import type { Tollkeeper } from './compose.ts';
import { LOCAL_OWNER } from './owner.ts';

/** What a human is shown beside the question itself. */
export interface Surroundings {
  readonly wallet: { readonly kind: string; readonly real: boolean };
  /** What is left of today's budget, msat. */
  readonly left: bigint;
}

/** What is around the questions of the local user. */
export async function surroundingsOf({ means, store, clock }: Tollkeeper): Promise<Surroundings> {
  const { policy } = await means.house();
  const books = await store.ledger.books({ owner: LOCAL_OWNER, host: '', now: clock.now() });
  const wallet = { kind: policy.wallet, real: isRealMoney(policy) };
  const { caps } = policy;
  const today = minus(caps.day, books.spend.day);
  return { wallet, left: least(today, minus(caps.total, books.spend.total)) };
}

/**
 * What a human is asked, line by line, wherever it is. Of what a seller wrote it holds at most the URL that
 * a redirect led to: plain ASCII, its host in punycode, as URL parsing gives it.
 */
export function approvalText(question: Question, { wallet, left }: Surroundings): string {
  const { asked, request, url, price, caller } = question;
  const money = wallet.real ? 'REAL money' : 'play money, worth nothing';
  return [
    `Pay at most ${showSats(asked.ceiling)}, fees in (${money})?`,
    price === undefined ? 'The price is not known yet.' : `Price: ${showSats(price)}`,
    `Left of today's budget: ${showSats(msat(left))}`,
    ...sellerLines(url, request.url),
    ...requestLines(request.method, url),
    ...(request.bodyDigest === undefined
      ? []
      : [`Body: sha256 ${request.bodyDigest.slice(0, 16)}…`]),
    `Asked by: ${clipped(caller)} (its own words)`,
  ].join('\n');
}

/** Who is paid, and who was asked for if that is another: a redirect must not change the seller unseen. */
function sellerLines(url: string, requested: string): string[] {
  const { origin } = new URL(url);
  const { origin: door } = new URL(requested);
  return [`Seller: ${origin}`, ...(door === origin ? [] : [`Redirected from: ${door}`])];
}

/** What is bought. What is too long to be shown can still be told apart from everything else. */
function requestLines(method: string, url: string): string[] {
  const { pathname, search } = new URL(url);
  const whole = pathname + search;
  const shown = clipped(whole);
  const request = `Request: ${method} ${shown}`;
  if (shown === whole) return [request];
  return [request, `Whole URL: ${url.length} characters, sha256 ${sha256(url)}`];
}

/** Keeps a long or strange value from pushing the rest of the question out of sight. */
export function clipped(text: string): string {
  const plain = text.replace(/[^\x21-\x7e]+/g, ' ');
  return plain.length > 200 ? `${plain.slice(0, 150)}…${plain.slice(-40)}` : plain;
}
