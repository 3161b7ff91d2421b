import { newId, ok, type Result, refuse } from '../base/index.ts';
import { expire } from './change.ts';
import type { NewFact } from './fact.ts';
import { nextStep } from './next-step.ts';
import { type Purchase, purchaseOf } from './purchase.ts';
import { type Recorder, record } from './record.ts';
import { type PurchaseRequest, requestKey, type Wishes } from './request.ts';
import type { OpenKey, Task } from './store.ts';

/** A purchase as a caller wants it. */
export interface Order {
  readonly request: PurchaseRequest;
  readonly body: string | undefined;
  readonly wishes: Wishes;
  /** The name that the caller gives itself. */
  readonly caller: string;
}

/**
 * Opens the task of an order, or joins the open one of the very same request. An idempotency key joins
 * its own task whatever became of it, and has to stand for the same request. Nothing is joined that
 * would give the caller less of a say: an order with tighter wishes, or under a name of its own, is refused.
 */
export async function openTask(recorder: Recorder, order: Order): Promise<Result<Task>> {
  const { task, joined } = await open(recorder, order);
  if (!joined) return ok(task);
  const purchase = purchaseOf(task.facts);
  const { request, wishes } = purchase.requested;
  if (requestKey(request) !== requestKey(order.request)) {
    return refuse('invalid_input', 'idempotencyKey: it was used for another request.');
  }
  const name = order.wishes.idempotencyKey;
  if (nextStep(task.facts, recorder.clock.now()).kind === 'expire') {
    // Nobody answered the open task's question in time. That ends it; the order is a new one.
    const { facts } = await record(recorder, task, expire);
    const isItsOwn = name !== undefined && name === wishes.idempotencyKey;
    return ok(isItsOwn ? { id: task.id, facts } : (await open(recorder, order)).task);
  }
  const isForeign = name !== undefined && name !== wishes.idempotencyKey;
  return isForeign || isTighter(order.wishes, purchase)
    ? refuse(
        'invalid_transition',
        `${task.id} buys the same with other wishes: follow or cancel it.`,
      )
    : ok(task);
}

/** Whether an order wants more of a say than the open task gives it, before money is held. */
function isTighter(
  wanted: Wishes,
  { requested, asked, approved, reserved, end }: Purchase,
): boolean {
  if (reserved !== undefined || end !== undefined) return false;
  const { wishes } = requested;
  const most = approved?.ceiling ?? asked?.ceiling ?? wishes.maxSpend;
  const spendsMore =
    wanted.maxSpend !== undefined && (most === undefined || most > wanted.maxSpend);
  const isHumans = asked !== undefined || approved?.by.kind === 'human';
  return spendsMore || (wanted.requireApproval && !wishes.requireApproval && !isHumans);
}

function open({ tasks, clock }: Recorder, order: Order): ReturnType<Recorder['tasks']['open']> {
  const { request, body, wishes, caller } = order;
  const requested = { kind: 'requested', at: clock.now(), request, wishes, caller } as const;
  const first: NewFact = body === undefined ? requested : { ...requested, secret: { body } };
  return tasks.open(openKeyOf(order), newId('task'), first);
}

function openKeyOf({ request, wishes: { idempotencyKey: name } }: Order): OpenKey {
  const key = { owner: request.owner, key: requestKey(request) };
  return name === undefined ? key : { ...key, name };
}
