import type { Msat } from '../base/index.ts';
import type { FactOf } from './fact.ts';
import { nextStep } from './next-step.ts';
import { purchaseOf } from './purchase.ts';
import type { PurchaseRequest } from './request.ts';
import type { Task } from './store.ts';

/** A question that a task puts to a human, with everything that the form may show: never a seller's text. */
export interface Question {
  readonly task: Task;
  readonly asked: FactOf<'asked'>;
  readonly request: PurchaseRequest;
  /** What is asked for: once its price is known, where that price was named, which a redirect may have moved. */
  readonly url: string;
  /** The price without fees, once it is known. */
  readonly price: Msat | undefined;
  /** Who asks: the name that the client gives itself. */
  readonly caller: string;
}

/** The question that a task waits with, if it waits for a human. `now` is ms since 1970. */
export function questionOf(task: Task, now: number): Question | undefined {
  const step = nextStep(task.facts, now);
  if (step.kind !== 'await_human') return undefined;
  const { requested, challenged } = purchaseOf(task.facts);
  const { request, caller } = requested;
  const { url } = challenged?.quote ?? request;
  return { task, asked: step.asked, request, url, price: challenged?.quote.amount, caller };
}
