import type { Clock, TaskId } from '../../src/base/index.ts';
import type { Buyer, Fact, Task } from '../../src/task/index.ts';
import type { Human, ToolContext } from '../../src/tools/index.ts';
import { OWNER } from '../contract/task-store/fixture.ts';

/** A context whose waiting takes no time: the clock jumps to where the wait ends. */
export interface Staged {
  readonly context: ToolContext;
  readonly clock: Clock;
  /** What the client was told while it waited. */
  readonly heard: readonly string[];
}

/** Stages a call on a task in which nothing ever happens. */
export function staged(task: Task, human: Partial<Human> = {}, signal?: AbortSignal): Staged {
  let now = 1_000_000;
  const clock: Clock = { now: () => now, after: async () => undefined };
  const heard: string[] = [];
  const buyer: Partial<Buyer> = {
    find: async () => ({ ok: true, value: task }),
    async wait(current, { ms, isEnough, signal: stop }) {
      if (!stop?.aborted && !isEnough(current, now)) now += ms;
      return current;
    },
  };
  const show = () => new Promise<void>(() => undefined);
  const context = {
    owner: OWNER,
    caller: 'a test',
    buyer,
    human: { line: 'none', brought: undefined, show, ...human },
    wallet: { kind: 'sandbox', real: false },
    progress: (message: string) => heard.push(message),
    signal: signal ?? new AbortController().signal,
    clock,
    command: (words: string) => `tollkeeper ${words}`,
  } as unknown as ToolContext;
  return { context, clock, heard };
}

/** A task with these facts, dated so that they are fresh. */
export function taskOf(...facts: readonly unknown[]): Task {
  const id: TaskId = 'task_00000000-0000-0000-0000-000000000000';
  return { id, facts: facts as readonly Fact[] };
}
