import { type Clock, type Refused, TollkeeperError } from '../base/index.ts';
import type { Exchanged } from '../http/index.ts';
import type { Fact, NewFact } from './fact.ts';
import { isOpen, nextStep, type Step } from './next-step.ts';
import { purchaseOf } from './purchase.ts';
import { hostOf } from './request.ts';
import type { Books, Reads, Task, TaskStore, Verdict } from './store.ts';

/** What a decision wants recorded: facts, or a refusal after which the record is as before. */
export type Wanted = readonly NewFact[] | Refused;

/** A pure decision over what one transaction sees. `now` is ms since 1970. */
export type Decide = (facts: readonly Fact[], books: Books, now: number) => Wanted;

/** The facts after an append; `rejected` says why nothing was appended. */
export type Recorded = Awaited<ReturnType<TaskStore['append']>>;

/** What a process takes steps under. */
export interface Tenure {
  /** The lease's number that this process holds. */
  readonly fence: number;
  /** Whether nobody else can have taken the lease meanwhile. */
  readonly isSure: () => boolean;
  /** Aborts when this process closes: then it takes no further step. */
  readonly closing: AbortSignal;
}

/** One turn of the loop: a task, and the step that is due. */
export interface Turn<S extends Step = Step> extends Tenure {
  readonly task: Task;
  readonly step: S;
}

/** Whether this process broke an exchange off itself: that says nothing of the seller, so nothing is recorded. */
export function isCutShort({ closing }: Tenure, exchanged: Exchanged): boolean {
  return closing.aborted && !exchanged.ok;
}

/** Where the record is and what time it is. */
export interface Recorder {
  readonly tasks: TaskStore;
  readonly clock: Clock;
}

/** Narrows the books: the host that is paid (the request's own by default) and a payment hash. */
export type Scope = Pick<Reads, 'paymentHash'> & { readonly host?: string };

/** Appends what `decide` wants to a task; it sees the facts that came in between. */
export function record(
  { tasks, clock }: Recorder,
  task: Task,
  decide: Decide,
  scope: Scope = {},
): Promise<Recorded> {
  const now = clock.now();
  return tasks.append(task.id, readsOf(task.facts, now, scope), (facts, books) =>
    verdictOf(facts, decide(facts, books, now)),
  );
}

/**
 * Appends the outcome of a step, if that step is still the next one and this process still holds the
 * lease. A step that is no longer due is rejected; a process that lost the lease is stopped by
 * `desktop_executor_offline`: its late writes change nothing (crash matrix C9).
 */
export async function recordStep(
  recorder: Recorder,
  turn: Turn,
  decide: Decide,
  scope?: Scope,
): Promise<Recorded> {
  const guarded: Decide = (facts, books, now) => {
    if (books.fence !== turn.fence) return { ok: false, code: 'desktop_executor_offline' };
    const due = nextStep(facts, now).kind === turn.step.kind;
    return due ? decide(facts, books, now) : { ok: false, code: 'invalid_transition' };
  };
  const recorded = await record(recorder, turn.task, guarded, scope);
  if (recorded.rejected === 'desktop_executor_offline')
    throw new TollkeeperError(recorded.rejected);
  return recorded;
}

function readsOf(facts: readonly Fact[], now: number, scope: Scope): Reads {
  const { requested, challenged } = purchaseOf(facts);
  const { owner } = requested.request;
  return { owner, host: hostOf(challenged?.quote ?? requested.request), now, ...scope };
}

function verdictOf(facts: readonly Fact[], wanted: Wanted): Verdict {
  if (!('ok' in wanted)) return { append: wanted, open: isOpen([...facts, ...wanted]) };
  const { code: reject, detail } = wanted;
  return detail === undefined ? { reject } : { reject, detail };
}
