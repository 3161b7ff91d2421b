import { ok, type Result } from '../../../base/index.ts';
import type { Egress, Exchanged } from '../../../http/index.ts';
import { type Challenge, parseChallenge, termsOf } from '../../../l402/index.ts';
import type { Terms } from '../../../l402/terms.ts';
import { ask, type Checking } from './checking.ts';
import { failed, missed, type Seen } from './report.ts';
import { whyNothingIsSold } from './why.ts';

/** The most requests for nothing that are used up to get to one that has to be paid for. */
const MOST_FREE = 100;

/** A demand for payment that was understood. */
export interface Demand {
  readonly challenge: Challenge;
  readonly terms: Terms;
  /** How many requests were answered for nothing before. */
  readonly free: number;
}

/** Asks until it has to be paid for, as a stranger who first has the free requests of a day; or tells why it never has. */
export async function demanded(egress: Egress, checking: Checking): Promise<Demand | Seen> {
  const { session, paywall } = checking;
  const { free, asked } = await askUntilCharged(egress, checking);
  if (!asked.ok) {
    return asked.reached ? missed(session.home, 'challenge', asked) : unreached(checking);
  }
  const { status, challenges } = asked.value;
  if (status < 400 && free < paywall.policy.freeRequestsPerDay) return tooMuchForNothing(checking);
  if (status !== 402) return whyNothingIsSold(checking, asked.value);
  const read = await understood(checking, challenges);
  return read.ok ? { ...read.value, free } : missed(session.home, 'challenge', read);
}

/** Uses free requests up, and tells how many with the first answer that is no free one. */
async function askUntilCharged(
  egress: Egress,
  { trial, paywall }: Checking,
): Promise<{ readonly free: number; readonly asked: Exchanged }> {
  const most = Math.min(paywall.policy.freeRequestsPerDay, MOST_FREE);
  for (let free = 0; ; free += 1) {
    const asked = await ask(egress, trial);
    if (!asked.ok || asked.value.status >= 400 || free >= most) return { free, asked };
  }
}

async function understood(
  { tollkeeper: { clock, means } }: Checking,
  challenges: readonly string[],
): Promise<Result<Omit<Demand, 'free'>>> {
  const challenge = parseChallenge(challenges);
  if (!challenge.ok) return challenge;
  const { policy } = await means.house();
  const terms = termsOf(challenge.value, { network: policy.network, now: clock.now() });
  return terms.ok ? ok({ challenge: challenge.value, terms: terms.value }) : terms;
}

function unreached({ session: { home }, trial }: Checking): Seen {
  const { host } = new URL(trial.url);
  return failed(
    'challenge',
    `No gateway answers for ${host}. Start it with: ${home.command('gateway')}`,
  );
}

function tooMuchForNothing({ session: { home }, paywall }: Checking): Seen {
  const update = home.command(`paywall update ${paywall.id} --free 0`);
  const given = `Each client has ${paywall.policy.freeRequestsPerDay} requests a day for nothing`;
  return failed('challenge', `${given}, more than a check uses up. To give none: ${update}`);
}
