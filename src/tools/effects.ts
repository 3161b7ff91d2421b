import { showSats, sum } from '../base/index.ts';
import { type FactKind, isSafe, purchaseOf, type Task } from '../task/index.ts';
import type { SideEffect } from './tool.ts';

/** The facts that only a request to the seller can have brought. */
const OVER_HTTP: readonly FactKind[] = [
  'sent',
  'free',
  'cached',
  'challenged',
  'delivered',
  'refused',
  'lost',
];

/**
 * What happened to a task while a call saw it through, for its receipt: read from the facts that came
 * in that time, so that a purchase which was only joined is not told twice.
 */
export function effectsSince(started: Task, task: Task): SideEffect[] {
  // A task that has but its first fact was made by this very call.
  const seen = started.facts.length === 1 ? 0 : started.facts.length;
  const fresh = task.facts.slice(seen);
  const { url, method } = purchaseOf(task.facts).requested.request;
  const settled = fresh.find(fact => fact.kind === 'settled');
  const effects: SideEffect[] = [{ kind: 'task', target: task.id, changed: fresh.length > 0 }];
  if (fresh.some(({ kind }) => OVER_HTTP.includes(kind))) {
    effects.push({ kind: 'http', target: url, changed: !isSafe(method) });
  }
  if (settled !== undefined) {
    const detail = showSats(sum(settled.amount, settled.fee));
    effects.push({ kind: 'payment', target: task.id, changed: true, detail });
  }
  return effects;
}
