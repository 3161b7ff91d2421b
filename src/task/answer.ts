import { type AllowanceId, type AskId, type Msat, refuse } from '../base/index.ts';
import type { Allowance } from '../policy/index.ts';
import type { Fact, FactOf, NewFact, Via } from './fact.ts';
import { nextStep } from './next-step.ts';
import { type Decide, type Recorder, record, type Wanted } from './record.ts';
import type { Task } from './store.ts';

/** What a human said to one question: this once; this host up to so much today; or no. */
export type Verdict =
  | { readonly kind: 'once' }
  | { readonly kind: 'today'; readonly limit: Msat; readonly allowanceId: AllowanceId }
  | { readonly kind: 'no' };

/** A human's word on one question, and where it was spoken. */
export interface HumanAnswer {
  readonly askId: AskId;
  readonly verdict: Verdict;
  readonly via: Via;
}

/** What became of an answer. Only the record judges it, however late or often it comes. */
export type Answered =
  | 'approved'
  | 'denied'
  | 'stale_ask'
  | 'already_answered'
  | 'expired'
  | 'limit_below_price';

/** Records a human's answer to a question, if that question is still open. */
export async function answer(
  recorder: Recorder,
  task: Task,
  given: HumanAnswer,
): Promise<Answered> {
  const { rejected } = await record(recorder, task, judged(given));
  switch (rejected) {
    case undefined:
      return given.verdict.kind === 'no' ? 'denied' : 'approved';
    case 'already_answered':
      return 'already_answered';
    case 'approval_expired':
      return 'expired';
    case 'invalid_input':
      return 'limit_below_price';
    default:
      return 'stale_ask';
  }
}

function judged(given: HumanAnswer): Decide {
  return (facts, _books, now) => {
    if (facts.some(fact => answers(fact, given.askId))) return refuse('already_answered');
    const step = nextStep(facts, now);
    if (step.kind === 'expire' && step.asked.askId === given.askId) {
      return refuse('approval_expired');
    }
    return step.kind === 'await_human' && step.asked.askId === given.askId
      ? verdictOn(step.asked, given, now)
      : refuse('stale_ask');
  };
}

function answers(fact: Fact, askId: AskId): boolean {
  if (fact.kind === 'declined' || fact.kind === 'expired') return fact.askId === askId;
  return fact.kind === 'approved' && fact.by.kind === 'human' && fact.by.askId === askId;
}

function verdictOn(
  asked: FactOf<'asked'>,
  { verdict, askId, via }: HumanAnswer,
  at: number,
): Wanted {
  if (verdict.kind === 'no') return [{ kind: 'declined', at, askId, via }];
  const { digest, ceiling, expiresAt } = asked;
  const by = { kind: 'human', askId, via } as const;
  const approved: NewFact = { kind: 'approved', at, by, digest, ceiling, expiresAt };
  if (verdict.kind === 'once') return [approved];
  if (verdict.limit < ceiling) return refuse('invalid_input');
  return [{ ...approved, allowance: allowanceFrom(asked, verdict, at) }];
}

/** "Today" ends with the day, UTC. */
function allowanceFrom(
  { host }: FactOf<'asked'>,
  { limit, allowanceId: id }: Extract<Verdict, { kind: 'today' }>,
  at: number,
): Allowance {
  return { id, host, limit, expiresAt: new Date(at).setUTCHours(24, 0, 0, 0) };
}
