import { refuse, SECOND } from '../base/index.ts';
import { type Question, questionOf, statusOf, type Task } from '../task/index.ts';
import type { ToolContext } from './context.ts';
import { effectsSince } from './effects.ts';
import type { TaskOutput } from './task-output.ts';
import { taskReply } from './task-reply.ts';
import type { Reply } from './tool.ts';
import { watch } from './watch.ts';

/** How long one call watches a task: clients give up near 60 s, and no call may pass 45 s. */
export const WATCH_MS: number = 38 * SECOND;

/**
 * Watches a task until it is over, until a human has to be asked in a way that ends the call, or for
 * as long as one call may take. A call that ends early cancels nothing: money in flight goes on without it.
 */
export async function seeThrough(context: ToolContext, started: Task): Promise<Reply<TaskOutput>> {
  const { human, clock, signal } = context;
  const refused = await bringIn(context, started);
  if (refused !== undefined) return refused;
  const until = clock.now() + WATCH_MS;
  const { brought } = human;
  const shown = new Set<string>(brought && 'askId' in brought ? [brought.askId] : []);
  const forms = openForms(context);
  const isEnough = (task: Task, now: number): boolean =>
    isOver(task, now, forms.areOpen()) || newQuestion(task, shown, now) !== undefined;
  for (let task = started; ; ) {
    const ms = until - clock.now();
    task = await watch(context, task, { ms, signal: forms.signal(), isEnough });
    const now = clock.now();
    const question = newQuestion(task, shown, now);
    if (question !== undefined) {
      if (human.line === 'retry') return { kind: 'question', question };
      shown.add(question.asked.askId);
      forms.put(question);
    } else if (now >= until || signal.aborted || isOver(task, now, forms.areOpen())) {
      return taskReply(context, task, effectsSince(started, task));
    }
  }
}

/** Takes in the answer that this call brings back, if its question belongs to this very task. */
async function bringIn({ human, buyer }: ToolContext, task: Task) {
  if (human.brought === undefined) return undefined;
  if (!('taskId' in human.brought) || human.brought.taskId !== task.id) {
    return refuse('stale_ask', 'It was put for another purchase.');
  }
  const { given } = human.brought;
  if (given === undefined) return undefined;
  const answered = await buyer.answer(task, given);
  return answered === 'limit_below_price'
    ? refuse('invalid_input', 'The allowance is smaller than what it is asked for.')
    : undefined;
}

function newQuestion(task: Task, shown: ReadonlySet<string>, now: number): Question | undefined {
  const question = questionOf(task, now);
  return question && !shown.has(question.asked.askId) ? question : undefined;
}

/** Without an open form, a task that waits for a human is all that this call can bring. */
function isOver(task: Task, now: number, isBeingAsked: boolean): boolean {
  const { final, code } = statusOf(task.facts, now);
  return final || (code === 'APPROVAL_REQUIRED' && !isBeingAsked);
}

/** The forms that this call put. One that closes wakes the call: it may have been dismissed. */
function openForms({ human, progress, signal: ended }: ToolContext) {
  let open = 0;
  let closing = new AbortController();
  return {
    areOpen: () => open > 0,
    signal: () => AbortSignal.any([ended, closing.signal]),
    put(question: Question): void {
      if (human.line !== 'dialog') return;
      open += 1;
      progress('waiting for the human');
      void human.show(question).finally(() => {
        open -= 1;
        closing.abort();
        closing = new AbortController();
      });
    },
  };
}
