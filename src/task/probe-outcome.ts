import type { Refused, TaskId } from '../base/index.ts';
import type { Exchanged, Received } from '../http/index.ts';
import type { Answer, Fact, NewFact } from './fact.ts';
import { judge, newNames } from './judge.ts';
import { keepAnswer } from './keep.ts';
import type { House, Means } from './means.ts';
import { nextStep } from './next-step.ts';
import { purchaseOf } from './purchase.ts';
import { quoteOf } from './quote.ts';
import { type Decide, recordStep, type Turn } from './record.ts';
import { hostOf } from './request.ts';
import { isExact } from './reuse.ts';
import type { KeptCredential } from './store.ts';

/** A seller that keeps sending invoices too short-lived to be paid is left after this many. */
const MOST_CHALLENGES = 5;

/** What a probe was made with; `kept` is the credential that it carried. */
export interface Probe {
  readonly means: Means;
  readonly house: House;
  readonly turn: Turn;
  readonly kept: KeptCredential | undefined;
}

/** Records what a probe brought. */
export function concludeProbe(probe: Probe, exchanged: Exchanged): Promise<void> {
  return exchanged.ok ? takeAnswer(probe, exchanged.value) : takeFailure(probe, exchanged);
}

/** A credential follows no redirect; a request that may be repeated does so without it. */
async function takeFailure(probe: Probe, refused: Refused): Promise<void> {
  const { means, turn, kept } = probe;
  const { repeatable } = purchaseOf(turn.task.facts);
  const isLedAway = repeatable && refused.code === 'REDIRECT_BLOCKED';
  if (isLedAway && kept && kept.end === undefined) await letGo(probe, kept);
  else await recordStep(means, turn, failure(refused));
}

/** A refused credential is let go; its 402 is as good as any other. */
async function takeAnswer(probe: Probe, answer: Received): Promise<void> {
  const { means, turn, kept } = probe;
  const refused = kept !== undefined && (answer.status === 401 || answer.status === 402);
  if (refused && (await letGo(probe, kept))) return;
  if (answer.status === 402) return quoted(probe, answer);
  if (refused && purchaseOf(turn.task.facts).repeatable) return;
  const goods = await keepAnswer(means.bodies, turn.task.id, answer);
  await recordStep(means, turn, answered(goods, refused ? undefined : kept?.taskId));
}

/** Lets go of a credential that the seller refused; true if that ends the task. */
async function letGo({ means, turn }: Probe, kept: KeptCredential): Promise<boolean> {
  const { request } = purchaseOf(turn.task.facts).requested;
  if (kept.end === 'lost') {
    await means.credentials.refuse(kept.taskId);
    const code = 'CredentialMissingError';
    await recordStep(means, turn, failure({ ok: false, code, detail: 'An earlier task paid.' }));
    return true;
  }
  await (isExact(kept, request) ? means.credentials.drop : means.credentials.narrow)(kept.taskId);
  return false;
}

/** Records a quote together with what the policy says of it: one transaction, so that no quote is left unjudged. */
async function quoted({ means, house, turn }: Probe, received: Received): Promise<void> {
  const names = newNames();
  const quote = quoteOf(received, house.policy.network, means.clock.now());
  if (!quote.ok) return void (await recordStep(means, turn, failure(quote)));
  const decide: Decide = (facts, books, now) => {
    if (challengesOf(facts) >= MOST_CHALLENGES)
      return [failed({ ok: false, code: 'INVOICE_INVALID' }, now)];
    const challenged: NewFact = { kind: 'challenged', at: now, ...quote.value };
    const after = [...facts, challenged];
    return nextStep(after, now).kind === 'decide'
      ? [challenged, judge(after, books, now, house, names)]
      : [challenged];
  };
  await recordStep(means, turn, decide, { host: hostOf(quote.value.quote) });
}

function answered(answer: Answer, from: TaskId | undefined): Decide {
  return (_facts, _books, now) => [
    from === undefined
      ? { kind: 'free', at: now, answer }
      : { kind: 'cached', at: now, answer, from },
  ];
}

function failure(refused: Refused): Decide {
  return (_facts, _books, now) => [failed(refused, now)];
}

function failed({ code, detail }: Refused, at: number): NewFact {
  return detail === undefined ? { kind: 'failed', at, code } : { kind: 'failed', at, code, detail };
}

function challengesOf(facts: readonly Fact[]): number {
  const round = facts.findLastIndex(fact => fact.kind === 'renewed');
  return facts.filter((fact, index) => fact.kind === 'challenged' && index > round).length;
}
