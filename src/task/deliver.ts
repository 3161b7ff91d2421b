import { type Code, TollkeeperError } from '../base/index.ts';
import type { Exchanged, Received } from '../http/index.ts';
import { announce } from './announce.ts';
import type { Answer } from './fact.ts';
import { keepAnswer } from './keep.ts';
import type { Means } from './means.ts';
import type { StepOf } from './next-step.ts';
import { outgoingOf } from './outgoing.ts';
import { purchaseOf } from './purchase.ts';
import { type Decide, isCutShort, recordStep, type Turn } from './record.ts';
import { authorizationOf } from './reuse.ts';

/** How often a paid request that may be repeated is sent in one go. */
const TRIES = 3;
/** The wait before the second try, doubled before the third, ms. */
const FIRST_WAIT_MS = 250;

/**
 * Sends the request with what was bought. GET, HEAD and what carries the seller's idempotency key are repeated
 * within bounds; anything else is sent once, after the record says so, and a lost answer stays lost: nothing is paid or sent blindly again.
 */
export async function deliver(means: Means, turn: Turn<StepOf<'deliver'>>): Promise<void> {
  const house = await means.house();
  const { challenged, repeatable } = purchaseOf(turn.task.facts);
  if (challenged === undefined) throw new TollkeeperError('store_corrupt');
  const { url, origin } = challenged.quote;
  const bought = { taskId: turn.task.id, origin };
  const authorization = await authorizationOf(means, house, bought, url);
  const outgoing = await outgoingOf(means, turn.task, url, authorization);
  const leaving = repeatable ? turn : await announce(means, turn, 'deliver');
  if (leaving === undefined) return;
  const send = () => means.egress.exchange(outgoing, house.judge, turn.closing);
  const exchanged = await persist(means, send, repeatable ? TRIES : 1, turn.closing);
  if (isCutShort(turn, exchanged)) return;
  await recordStep(means, leaving, await outcomeOf(means, leaving, exchanged));
}

/** A request that must not be repeated left before and brought no answer. */
export function giveUp(paid: boolean): Decide {
  const code = 'L402TransportError';
  return (_facts, _books, now) => [
    paid
      ? { kind: 'lost', at: now, code }
      : { kind: 'failed', at: now, code, detail: 'The request may have been received.' },
  ];
}

async function persist(
  { clock }: Means,
  send: () => Promise<Exchanged>,
  tries: number,
  closing: AbortSignal,
): Promise<Exchanged> {
  for (let wait = FIRST_WAIT_MS, tried = 1; ; wait *= 2, tried += 1) {
    const exchanged = await send();
    if (tried >= tries || !isPassing(exchanged)) return exchanged;
    await clock.after(wait, closing);
  }
}

function isPassing(exchanged: Exchanged): boolean {
  if (exchanged.ok) return exchanged.value.status >= 502 && exchanged.value.status <= 504;
  const passing: readonly Code[] = ['L402TransportError', 'HTTP_TIMEOUT'];
  return passing.includes(exchanged.code);
}

async function outcomeOf(means: Means, turn: Turn, exchanged: Exchanged): Promise<Decide> {
  if (!exchanged.ok) {
    const { code } = exchanged;
    return (_facts, _books, now) => [{ kind: 'lost', at: now, code }];
  }
  const { status } = exchanged.value;
  if (status === 401 || status === 402) {
    return (_facts, _books, now) => [{ kind: 'refused', at: now, status }];
  }
  return answered(exchanged.value, await keepAnswer(means.bodies, turn.task.id, exchanged.value));
}

/** Not now, says a seller (RFC 9110 §15.5.9, RFC 8470 §5.2, RFC 6585 §4). */
const NOT_NOW: readonly number[] = [408, 425, 429];

function isStillOwed(status: number): boolean {
  return status >= 500 || NOT_NOW.includes(status);
}

/** A seller's own error after payment, or its "not now", is no delivery: what was paid for is still owed. */
function answered({ status }: Received, answer: Answer): Decide {
  const code = 'L402TransportError';
  return (_facts, _books, now) => [
    isStillOwed(status)
      ? { kind: 'lost', at: now, code, answer }
      : { kind: 'delivered', at: now, answer },
  ];
}
