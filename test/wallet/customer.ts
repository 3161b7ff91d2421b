import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { systemClock } from '../../src/base/index.ts';
import { type Challenge, parseChallenge, termsOf } from '../../src/l402/index.ts';
import type { Wallet } from '../../src/task/wallet.ts';
import { paymentOf } from './play.ts';

/** An answer as it came over the wire. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

export interface Ask {
  readonly method?: string;
  /** Header lines; several of one name as an array. */
  readonly headers?: Record<string, string | string[]>;
  readonly body?: string;
}

/** One plain HTTP request; the path is sent as it is. */
export async function ask(origin: string, path: string, how: Ask = {}): Promise<Answer> {
  const { method = 'GET', headers = {}, body } = how;
  const { hostname, port } = new URL(origin);
  const sent = request({ hostname, port, path, method, headers, agent: false });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text: Buffer.concat(chunks).toString('utf8'),
  };
}

/** The challenge of an answer, found fit to be paid. */
export function challengeOf({ headers }: Answer, now = systemClock.now()): Challenge {
  const challenge = parseChallenge([headers['www-authenticate'] ?? '']);
  if (!challenge.ok) throw new Error(challenge.detail ?? challenge.code);
  const terms = termsOf(challenge.value, { network: 'bcrt', now });
  if (!terms.ok) throw new Error(terms.detail ?? terms.code);
  return challenge.value;
}

/** Pays a challenge and returns the token with its preimage. */
export async function bought(
  wallet: Wallet,
  { token, invoice }: Challenge,
): Promise<{ readonly token: string; readonly preimage: string }> {
  const { amount } = invoice;
  if (amount === undefined) throw new Error('no amount');
  const outcome = await wallet.pay(
    paymentOf({ text: invoice.text, hash: invoice.paymentHash }, { amount }),
  );
  if (outcome.kind !== 'settled') throw new Error(`not settled but ${outcome.kind}`);
  return { token, preimage: outcome.preimage };
}
