import fc from 'fast-check';
import { expect } from 'vitest';
import { DAY, type Msat } from '../../src/base/index.ts';
import { answer, type Verdict } from '../../src/task/answer.ts';
import { cancel, renew } from '../../src/task/change.ts';
import { record } from '../../src/task/record.ts';
import type { Ask, Model, ModelTask, Yes } from './model.ts';
import { dueOf } from './model.ts';
import { commandsOf, picked } from './model-command.ts';
import { isSame } from './model-moves.ts';
import type { Rig } from './model-rig.ts';
import { SHOPS } from './model-settings.ts';
import { pick } from './model-step.ts';

// What people and programs do with tasks. None of it needs the lease.

const things = fc.record({
  shop: fc.constantFrom(...SHOPS),
  item: fc.nat(3),
  method: fc.constantFrom('GET' as const, 'GET' as const, 'POST' as const),
  afresh: fc.nat(5).map(n => n === 0),
});

/** A purchase begins, or joins the open one of the same thing. */
export const order = commandsOf('order', things, {
  async run(model, rig, thing) {
    const open = model.tasks.find(task => isSame(task, thing) && task.phase.is !== 'ended');
    const isLapsed = open !== undefined && dueOf(open, model.now) === 'expire';
    if (isLapsed) lapse(open);
    const number = model.tasks.length;
    const task: ModelTask =
      open !== undefined && !isLapsed
        ? open
        : { ...thing, number, phase: { is: 'fresh' }, challenges: 0, renewals: 0 };
    const ordered = await rig.order(thing);
    if (!ordered.ok) throw new Error(ordered.code);
    if (task.number === number) {
      expect([...rig.tasks.values()]).not.toContain(ordered.value.id);
      model.tasks.push(task);
      rig.tasks.set(task, ordered.value.id);
    }
    expect(ordered.value.id).toBe(rig.tasks.get(task));
  },
});

function lapse(task: ModelTask): void {
  if (task.phase.is === 'asked') task.phase.ask.fate = 'answered';
  task.phase = { is: 'ended', end: { kind: 'expired' } };
}

const words = fc.record({
  choice: pick,
  isAny: fc.nat(9).map(n => n === 0),
  word: fc.constantFrom('once', 'once', 'once', 'once', 'today', 'today', 'little', 'no'),
  via: fc.constantFrom('elicitation' as const, 'terminal' as const),
});

/** A human answers a question: mostly one that is open, sometimes one from long ago. */
export const say = commandsOf('say', words, {
  can: ({ asks }) => asks.length > 0,
  async run(model, rig, { choice, isAny, word, via }) {
    const open = model.asks.filter(({ fate }) => fate === 'open');
    const ask = picked(isAny || open.length === 0 ? model.asks : open, choice);
    const askId = ask && rig.asks.get(ask);
    if (ask === undefined || askId === undefined) throw new Error('nobody was asked');
    const id = `allow_${model.allowances.length}` as const;
    const verdict = verdictOf(word, id);
    const expected = said(model, ask, verdict);
    const { tasks } = rig.stores[choice % 2 === 0 ? 0 : 1];
    const task = await rig.load(ask.task);
    const recorder = { tasks, clock: rig.clock };
    expect(await answer(recorder, task, { askId, verdict, via })).toBe(expected);
  },
});

function verdictOf(word: string, allowanceId: `allow_${string}`): Verdict {
  if (word === 'no' || word === 'once') return { kind: word };
  const limit = (word === 'today' ? 160_000n : 1000n) as Msat;
  return { kind: 'today', limit, allowanceId };
}

/** What a human's word does. */
function said(model: Model, ask: Ask, verdict: Verdict): string {
  const { task } = ask;
  if (ask.fate === 'answered') return 'already_answered';
  if (ask.fate === 'gone' || task.phase.is !== 'asked') return 'stale_ask';
  if (model.now >= ask.expiresAt) return 'expired';
  if (verdict.kind === 'today' && verdict.limit < ask.ceiling) return 'limit_below_price';
  ask.fate = 'answered';
  if (verdict.kind === 'no') {
    ask.deniedAt = model.now;
    task.phase = { is: 'ended', end: { kind: 'declined' } };
    return 'denied';
  }
  const { ceiling, expiresAt, under } = ask;
  const grant = verdict.kind === 'today' ? verdict.allowanceId : undefined;
  if (verdict.kind === 'today') allow(model, task, verdict);
  const yes: Yes = { by: 'human', grant, ceiling, expiresAt, under };
  task.phase = { ...task.phase, is: 'approved', yes };
  return 'approved';
}

/** "Today" ends with the day, UTC. */
function allow(
  { allowances, now }: Model,
  { shop }: ModelTask,
  { allowanceId: id, limit }: Extract<Verdict, { kind: 'today' }>,
): void {
  const expiresAt = (Math.floor(now / DAY) + 1) * DAY;
  allowances.push({ id, shop, limit, expiresAt, revoked: false });
}

/** A task is called off, which no payment ever is. */
export const callOff = commandsOf('cancel', pick, {
  can: ({ tasks }) => tasks.length > 0,
  async run(model, rig, choice) {
    const task = picked(model.tasks, choice);
    if (task === undefined) return;
    const expected = cancelled(task);
    expect(await change(rig, task, cancel)).toBe(expected);
  },
});

function cancelled(task: ModelTask): string | undefined {
  const { phase } = task;
  if (phase.is === 'ended') return 'invalid_transition';
  const isHeld = phase.is === 'held' || phase.is === 'settled';
  if (isHeld || (phase.is === 'posted' && phase.after === 'settled')) return 'PAYMENT_PENDING';
  if (phase.is === 'asked') phase.ask.fate = 'gone';
  task.phase = { is: 'ended', end: { kind: 'cancelled' } };
  return undefined;
}

/** A task that got no yes begins anew, unless the same thing is being bought already. */
export const beginAnew = commandsOf('renew', pick, {
  can: model => model.tasks.some(task => isRenewable(model, task)),
  async run(model, rig, choice) {
    const among = model.tasks.filter(task => isRenewable(model, task));
    const task = picked(choice % 5 === 0 ? model.tasks : among, choice);
    if (task === undefined) return;
    const expected = renewed(model, task);
    expect(await change(rig, task, renew)).toBe(expected);
  },
});

function isRenewable({ now }: Model, task: ModelTask): boolean {
  const { phase } = task;
  if (phase.is !== 'ended') return dueOf(task, now) === 'expire';
  return ['declined', 'expired', 'denied'].includes(phase.end.kind);
}

function renewed(model: Model, task: ModelTask): string | undefined {
  if (!isRenewable(model, task)) return 'invalid_transition';
  if (task.renewals >= 10) return 'APPROVAL_THROTTLED';
  const isOpen = (other: ModelTask) => other !== task && other.phase.is !== 'ended';
  if (model.tasks.some(other => isSame(other, task) && isOpen(other))) return 'invalid_transition';
  if (task.phase.is === 'asked') task.phase.ask.fate = 'answered';
  Object.assign(task, { phase: { is: 'fresh' }, challenges: 0, renewals: task.renewals + 1 });
  return undefined;
}

async function change(rig: Rig, task: ModelTask, decide: typeof cancel) {
  const loaded = await rig.load(task);
  const { rejected } = await record(
    { tasks: rig.stores[0].tasks, clock: rig.clock },
    loaded,
    decide,
  );
  return rejected;
}
